import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { S3Client } from "@aws-sdk/client-s3";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { createAccountAccess } from "../../handlers/aws/accountAccess";
import { createCaller } from "../../handlers/aws/caller";
import { reportError } from "../../handlers/errors";
import { REPORT_FILE } from "../../handlers/files/names";
import { createLoginSource } from "../../handlers/logins/logins";
import type { Settings } from "../../handlers/model";
import { runReport } from "../../handlers/run";
import { formatInstant } from "../../handlers/times";
import { type Fault, startLocalAws } from "../../local/aws";
import { defaultSettings } from "../../local/defaultSettings";
import { createMemorySink, emptyHistory } from "../../local/runReport";
import type { Organisation } from "./organisation";
import type { OracleOptions } from "./report";

/**
 * The product's report of an organisation, run in this process against a local AWS that serves just this organisation.
 * The one place where these tests meet the product. Several may run at once: nothing goes through the environment.
 *
 * @param logins where they are read, if not in the organisation's event data store
 */
export async function productReport(
  organisation: Organisation,
  {
    lookbackDays,
    newAccessDays,
    now = organisation.Now,
    noLogins = false,
    organizationsDenied = false,
    accountAccessDenied = false,
    listingsSkip = false,
  }: OracleOptions,
  logins: Partial<Pick<Settings, "eventDataStore" | "trailTable">> = {},
): Promise<{ csv: string; status: string; warnings: readonly string[]; files: Readonly<Record<string, Buffer>> }> {
  const faults: Fault[] = [];
  if (organizationsDenied) faults.push({ operation: "organizations:ListAccounts", kind: "accessDenied" });
  if (accountAccessDenied) faults.push({ operation: "account-access:ListApplications", kind: "accessDenied" });
  if (listingsSkip) {
    faults.push({ operation: "identitystore:ListUsers", kind: "leftOut" });
    faults.push({ operation: "identitystore:ListGroups", kind: "leftOut" });
  }
  const aws = await startLocalAws({ organisation, throttle: false, rate: 100, faults });
  const options = optionsOf(aws.url);
  const clients = clientsOf(options);
  const sink = createMemorySink();
  const ending = new AbortController();
  // The quotas are lifted: the pace is that of this machine.
  const requestsPerSecond = 10_000;
  try {
    const settings = {
      ...defaultSettings,
      eventDataStore: noLogins
        ? null
        : (organisation.EventDataStore?.EventDataStoreArn ?? defaultSettings.eventDataStore),
      instanceArn: organisation.InstanceArn,
      identityStoreId: organisation.IdentityStoreId,
      lookbackDays,
      newAccessDays,
      requestsPerSecond,
      now: formatInstant(Date.parse(now)),
      ...logins,
    };
    const {
      manifest: { status, warnings },
    } = await runReport({
      settings,
      facts: {
        runId: "oracle",
        account: "111122223333",
        region: "eu-west-1",
        caller: "arn:aws:iam::111122223333:role/oracle",
        trigger: "manual",
        note: "",
        startedMs: Date.now(),
      },
      clients,
      loginSource: createLoginSource(settings, options),
      call: createCaller({ requestsPerSecond, signal: ending.signal }),
      history: emptyHistory,
      sink,
      progress: () => {},
      untilMs: Number.POSITIVE_INFINITY,
    });
    return { csv: sink.files[REPORT_FILE]?.toString("utf8") ?? "", status, warnings, files: sink.files };
  } finally {
    ending.abort(reportError("RunEnded", "The run has ended."));
    for (const client of Object.values(clients)) client.destroy();
    await aws.close();
  }
}

function optionsOf(endpoint: string) {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" };
  return { endpoint, region: "eu-central-1", credentials };
}

function clientsOf(options: ReturnType<typeof optionsOf>) {
  const ssoAdmin = new SSOAdminClient(options);
  return {
    ssoAdmin,
    accountAccess: createAccountAccess(ssoAdmin),
    identityStore: new IdentitystoreClient(options),
    organizations: new OrganizationsClient(options),
    s3: new S3Client(options),
  };
}
