import { randomUUID } from "node:crypto";
import { cloudTrailTable } from "../../local/aws";
import type { start } from "./support";

export const owner = "111122223333";
export const other = "444455556666";
export const place = { bucket: "trail", account: owner, region: "us-east-1" };
export const organizationId = "o-a1b2c3d4e5";
export const record = (eventTime: string, parts: object = {}) => ({
  eventVersion: "1.11",
  userIdentity: {
    type: "IdentityCenterUser",
    onBehalfOf: { userId: "9067-1", identityStoreArn: "arn:store" },
    accountId: owner,
  },
  eventTime,
  eventSource: "sso.amazonaws.com",
  eventName: "GetRoleCredentials",
  awsRegion: "us-east-1",
  requestParameters: null,
  readOnly: true,
  recipientAccountId: owner,
  serviceEventDetails: { role_name: "Deploy,env=prod", account_id: owner },
  eventID: `at ${eventTime}`,
  ...parts,
});
export const Records = [
  record("2026-11-01T16:26:39Z"),
  record("2026-11-02T00:00:00Z", { awsRegion: "eu-west-1" }),
  record("2026-11-03T00:00:00Z", { recipientAccountId: other }),
  // Delivered the day after.
  record("2026-11-03T23:57:00Z", { requestParameters: { targetId: other, tags: ["a"] }, readOnly: false }),
  { eventTime: "2026-11-05T10:00:00Z", eventName: "Bare" },
];
export const AthenaTables = [
  cloudTrailTable("projected", "logs.projected", place),
  cloudTrailTable("manual", "logs.manual", place),
  cloudTrailTable("organization", "logs.organization", { ...place, organizationId }),
  { ...cloudTrailTable("projected", "audit.elsewhere", place), AccountId: other, Region: "eu-west-1" },
];
const enforced = { EnforceWorkGroupConfiguration: true };
export const WorkGroups = [
  { Name: "primary", State: "ENABLED", Configuration: { ResultConfiguration: { OutputLocation: "s3://results/a/" } } },
  { Name: "nowhere", State: "ENABLED", Configuration: {} },
  { Name: "off", State: "DISABLED", Configuration: { ResultConfiguration: { OutputLocation: "s3://results/" } } },
  { Name: "managed", State: "ENABLED", Configuration: { ManagedQueryResultsConfiguration: { Enabled: true } } },
  {
    Name: "forced",
    State: "ENABLED",
    Configuration: { ...enforced, ResultConfiguration: { OutputLocation: "s3://forced" } },
  },
];

// biome-ignore lint/suspicious/noExplicitAny: answers as they are on the wire
export type Json = Record<string, any>;
type Local = Pick<Awaited<ReturnType<typeof start>>, "aws">;

/** Calls of Athena as they are on the wire: no client of it is needed, and no answer is left out. */
export function athenaClient(local: () => Local) {
  const ask = async (
    operation: string,
    input: object,
    from = local(),
    region = "us-east-1",
    key = "local",
  ): Promise<Json> => {
    const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20261120/${region}/athena/aws4_request, Signature=0`;
    const headers = { authorization, "x-amz-target": `AmazonAthena.${operation}` };
    return (
      await fetch(from.aws.url, { method: "POST", headers, body: JSON.stringify(input) })
    ).json() as Promise<Json>;
  };
  const begin = (QueryString: string, parts: object = {}, from = local()) =>
    ask("StartQueryExecution", { QueryString, ClientRequestToken: randomUUID(), ...parts }, from);
  const ended = async (QueryExecutionId: string, from = local()): Promise<Json> => {
    for (;;) {
      const { QueryExecution } = await ask("GetQueryExecution", { QueryExecutionId }, from);
      if (!/QUEUED|RUNNING/.test(QueryExecution.Status.State)) return QueryExecution;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  /** The rows without the header, by its names; `null` where there is no VarCharValue. */
  const query = async (statement: string, parts: object = {}, from = local()) => {
    const started = await begin(statement, parts, from);
    const execution = await ended(started.QueryExecutionId, from);
    const results = await ask("GetQueryResults", { QueryExecutionId: started.QueryExecutionId }, from);
    const cells = (results.ResultSet?.Rows ?? []).map((row: Json) =>
      row.Data.map((cell: Json) => cell.VarCharValue ?? null),
    );
    const [names = [], ...rows] = cells;
    const named = rows.map((row: (string | null)[]) =>
      Object.fromEntries(row.map((cell, index) => [names[index], cell])),
    );
    return { execution, results, rows: named as Record<string, string | null>[] };
  };
  const idsIn = async (table: string, where = "", from = local()) =>
    (await query(`SELECT eventid FROM ${table} ${where} ORDER BY eventid`, {}, from)).rows.map(
      ({ eventid }) => eventid,
    );
  return { ask, begin, ended, query, idsIn };
}
