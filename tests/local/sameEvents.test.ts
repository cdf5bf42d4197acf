import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LookupEventsCommand, StartQueryCommand } from "@aws-sdk/client-cloudtrail";
import { cloudTrailTable } from "../../local/aws";
import { generateOrganisation } from "../../local/generate";
import { athenaClient } from "./athenaSupport";
import { clients, endOf, rowsOf, start, stopAll } from "./support";

const folder = mkdtempSync(join(tmpdir(), "same-events-"));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await stopAll();
});

/** Generated organisations have their logins of this account in these Regions. */
const regions = ["us-east-1", "eu-west-1", "ap-southeast-2"];

async function generated(): Promise<string> {
  const file = join(folder, "organisation.json");
  await generateOrganisation({ accounts: 5, permissionSets: 4, users: 60, groups: 8, events: 400, oddRate: 0.1 }, file);
  const { OwnerAccountId: account, ...rest } = JSON.parse(readFileSync(file, "utf8"));
  const table = cloudTrailTable("organization", "logs.trail", {
    ...{ bucket: "trail", account, region: "us-east-1", organizationId: "o-a1b2c3d4e5" },
  });
  writeFileSync(file, JSON.stringify({ OwnerAccountId: account, ...rest, AthenaTables: [table] }));
  return file;
}

const sources = {
  sample: { organisation: async () => "local/organisations/sample.json", table: "cloudtrail.organization_trail" },
  generated: { organisation: generated, table: "logs.trail" },
};

test.each(["sample", "generated"] as const)("Lake, Event history and Athena have the same events: %s", async (name) => {
  const { organisation, table } = sources[name];
  const local = await start({}, { organisation: await organisation() });
  const { Now, OwnerAccountId, EventDataStoreArn = "" } = local.aws.organisation;
  const from = new Date(Date.parse(Now) - 89 * 86_400_000).toISOString();
  const names = [
    "Federate",
    "GetRoleCredentials",
    "CreateAccountAssignment",
    "DeleteAccountAssignment",
    "RemoveRegion",
  ];

  const lookedUp: string[] = [];
  for (const region of regions) {
    const { trail } = clients(local.aws.url, {}, region);
    for (const AttributeValue of names) {
      const input = {
        LookupAttributes: [{ AttributeKey: "EventName" as const, AttributeValue }],
        StartTime: new Date(from),
        EndTime: new Date(Now),
      };
      for (let NextToken: string | undefined, more = true; more; more = NextToken !== undefined) {
        const page = await trail.send(new LookupEventsCommand({ ...input, NextToken }));
        for (const { CloudTrailEvent } of page.Events ?? []) {
          const { eventID, awsRegion, userIdentity } = JSON.parse(CloudTrailEvent!);
          lookedUp.push([eventID, awsRegion, userIdentity.onBehalfOf?.userId ?? ""].join(" "));
        }
        NextToken = page.NextToken;
      }
    }
  }

  const where = `eventName IN (${names.map((one) => `'${one}'`).join(", ")}) AND recipientAccountId = '${OwnerAccountId}'`;
  const columns = "eventID AS id, awsRegion AS region, coalesce(userIdentity.onBehalfOf.userId, '') AS user_id";
  const joined = (rows: Record<string, string | null>[]) =>
    rows.map(({ id, region, user_id }) => [id, region, user_id].join(" "));

  const time = (instant: string) => `timestamp '${instant.replace("T", " ").replace(/(\.\d+)?Z/, "")}'`;
  const QueryStatement = `SELECT ${columns} FROM ${EventDataStoreArn.split("/")[1]} WHERE ${where} AND eventTime BETWEEN ${time(from)} AND ${time(Now)}`;
  const { QueryId } = await local.trail.send(new StartQueryCommand({ QueryStatement }));
  const queried = joined(rowsOf(await endOf(local.trail, QueryId)));

  const { query } = athenaClient(() => local);
  const days = `concat(year, month, day) >= '${from.slice(0, 10).replaceAll("-", "")}'`;
  const { rows, execution } = await query(
    `SELECT ${columns} FROM ${table} WHERE ${where} AND ${days}
       AND from_iso8601_timestamp(eventtime) BETWEEN ${time(from)} AND ${time(Now)}`,
  );

  expect(execution.Status.State).toBe("SUCCEEDED");
  expect(lookedUp.length).toBeGreaterThan(80);
  expect(queried.sort()).toEqual(lookedUp.sort());
  expect(joined(rows).sort()).toEqual(lookedUp);
});
