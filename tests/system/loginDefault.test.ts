import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { type OrganisationFile, startLocalAws } from "../../local/aws";
import { deploy } from "../../local/deployment/deploy";
import { jsonOf, textOf } from "../support/container";

// The program as somebody deploys it who knows nothing of logins: no setting but the Region. This shows that its report is that of the
// stack that names an event data store, on a local AWS whose Event history and store hold the same records.

const sample: OrganisationFile = JSON.parse(
  readFileSync(join(__dirname, "../../local/organisations/sample.json"), "utf8"),
);
/** In each Region somebody looks at something every day, as in every account: by that a trail's files prove that they are all there. */
const reads = ["us-east-1", "eu-west-1"].flatMap((awsRegion) =>
  Array.from({ length: 91 }, (_, day) => ({
    eventTime: new Date(Date.parse("2026-11-20T08:00:00Z") - day * 86_400_000).toISOString().replace(".000Z", "Z"),
    ...{ awsRegion, eventSource: "config.amazonaws.com", eventName: "DescribeConfigRules", readOnly: true },
    recipientAccountId: sample.OwnerAccountId,
  })),
);
const organisation = { ...sample, Records: [...(sample.Records ?? []), ...reads] };

/** Reports of the dev stack, whose configuration has the Region and the event data store alone: of its window, and of 89 days. */
async function reportsWith(config: Readonly<Record<string, unknown>>) {
  const localAws = await startLocalAws({ organisation, rate: 20 });
  const deployment = await deploy({ localAws, config });
  const bucket = localAws.buckets.get(String(deployment.outputs.bucketName))!;

  async function report(parameters: Record<string, string[]>) {
    const execution = await deployment.runRunbook(parameters);
    expect(execution.AutomationExecutionStatus).toBe("Success");
    const key = String(execution.Outputs!["readReport.ReportKey"]);
    const folder = key.slice("credential_reports/".length, -"/credential_report.csv".length);
    const rows: Record<string, string>[] = parse(textOf(bucket, `${folder}/credential_report.csv`)!, { columns: true });
    return { rows, manifest: jsonOf(bucket, `${folder}/manifest.json`) };
  }

  try {
    const ofItsWindow = await report({});
    const of89Days = await report({ LookbackDays: ["89"] });
    return { ofItsWindow, of89Days, calls: localAws.stats().calls };
  } finally {
    await deployment.close();
    await localAws.close();
  }
}

test("a stack without any login setting makes the report of those with an event data store and with a table", async () => {
  // Event history is read at two calls a second: side by side, the others take no time of their own.
  const [lake, history, trail] = await Promise.all([
    reportsWith({}),
    reportsWith({ lakeId: undefined }),
    reportsWith({ lakeId: undefined, trailTable: "cloudtrail.organization_trail" }),
  ]);

  expect(lake.calls).not.toHaveProperty(["cloudtrail:LookupEvents"]);
  expect(history.calls).not.toHaveProperty(["cloudtrail:StartQuery"]);
  const { settings, status, sources } = history.ofItsWindow.manifest;
  expect([settings.eventDataStore, settings.lookbackDays, status]).toEqual(["", 90, "succeeded"]);
  expect(sources.logins).toMatchObject({ status: "read", observed: true, windowFrom: "2026-08-23T06:00:00Z" });
  expect(history.of89Days.rows.length).toBeGreaterThan(90);
  expect(history.of89Days.rows).toEqual(lake.of89Days.rows);
  expect(history.ofItsWindow.rows).toEqual(history.of89Days.rows);
  expect(trail.calls).not.toHaveProperty(["cloudtrail:LookupEvents"]);
  expect(trail.ofItsWindow.manifest).toMatchObject({ status: "succeeded", sources: { logins: { observed: true } } });
  expect(trail.of89Days.rows).toEqual(history.of89Days.rows);
}, 180_000);
