import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { type OrganisationFile, startLocalAws } from "../../local/aws";
import { deploy } from "../../local/deployment/deploy";
import { runProduct } from "../../local/runReport";
import { jsonOf, textOf } from "../support/container";
import { longTest } from "../support/long";

// The program as somebody deploys it who knows nothing of logins: no setting but the Region. This shows that its report is that of
// an event data store and of a trail's files, on a local AWS where all three hold the same records.

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
const table = "cloudtrail.organization_trail";

/** As fast as this machine is. */
const FAST = { throttle: false, rate: 1000 };
const AT_PACE = { timeScale: 30, requestsPerSecond: 10_000 };

const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true });
// biome-ignore lint/suspicious/noExplicitAny: a manifest, as JSON
type Report = { rows: Record<string, string>[]; manifest: any };

/** Reports of the dev stack, whose configuration has the Region and the event data store alone. */
async function withStack<Reports extends object>(
  config: Readonly<Record<string, unknown>>,
  reports: (report: (parameters: Record<string, string[]>) => Promise<Report>) => Promise<Reports>,
  speed: object = { rate: 20 },
  pace = {},
) {
  const localAws = await startLocalAws({ organisation, ...speed });
  const deployment = await deploy({ localAws, config, ...pace });
  const bucket = localAws.buckets.get(String(deployment.outputs.bucketName))!;

  async function report(parameters: Record<string, string[]>) {
    const execution = await deployment.runRunbook(parameters);
    expect(execution.AutomationExecutionStatus).toBe("Success");
    const key = String(execution.Outputs!["readReport.ReportKey"]);
    const folder = key.slice("credential_reports/".length, -"/credential_report.csv".length);
    const rows = rowsOf(textOf(bucket, `${folder}/credential_report.csv`)!);
    return { rows, manifest: jsonOf(bucket, `${folder}/manifest.json`) };
  }

  try {
    return { ...(await reports(report)), calls: localAws.stats().calls };
  } finally {
    await deployment.close();
    await localAws.close();
  }
}

/** What the stack without any login setting is to have made. */
function expectOfHistory({ rows, manifest: { settings, status, sources } }: Report) {
  expect([settings.eventDataStore, settings.lookbackDays, status]).toEqual(["", 90, "succeeded"]);
  expect(sources.logins).toMatchObject({ status: "read", observed: true, windowFrom: "2026-08-23T06:00:00Z" });
  expect(rows.length).toBeGreaterThan(90);
}

test("a stack without any login setting makes the report of an event data store and of a table", async () => {
  const report = async (make: Parameters<Parameters<typeof withStack>[1]>[0]) => ({ made: await make({}) });
  const { made, calls } = await withStack({ lakeId: undefined }, report, FAST, AT_PACE);
  expectOfHistory(made);
  expect(calls).not.toHaveProperty(["cloudtrail:StartQuery"]);

  // The same records by the other sources, in this process, of the 89 days that Event history has whole.
  const localAws = await startLocalAws({ organisation, ...FAST });
  try {
    const lake = await runProduct(localAws, { lookbackDays: 89 });
    expect(rowsOf(lake.csv)).toEqual(made.rows);
    const byTable = { eventDataStore: "", trailTable: table };
    expect((await runProduct(localAws, byTable)).manifest).toMatchObject({
      ...{ status: "succeeded", sources: { logins: { observed: true } } },
    });
    expect(rowsOf((await runProduct(localAws, { ...byTable, lookbackDays: 89 })).csv)).toEqual(made.rows);
    expect(localAws.stats().calls).not.toHaveProperty(["cloudtrail:LookupEvents"]);
  } finally {
    await localAws.close();
  }
});

longTest(
  "a stack without any login setting makes the report of the stacks with an event data store and with a table",
  async () => {
    const both = async (report: Parameters<Parameters<typeof withStack>[1]>[0]) => ({
      ofItsWindow: await report({}),
      of89Days: await report({ LookbackDays: ["89"] }),
    });
    // Event history is read at two calls a second: side by side, the others take no time of their own.
    const [lake, history, trail] = await Promise.all([
      withStack({}, both),
      withStack({ lakeId: undefined }, both),
      withStack({ lakeId: undefined, trailTable: table }, both),
    ]);

    expectOfHistory(history.ofItsWindow);
    expect(history.calls).not.toHaveProperty(["cloudtrail:StartQuery"]);
    expect(lake.calls).not.toHaveProperty(["cloudtrail:LookupEvents"]);
    expect(history.ofItsWindow.rows).toEqual(history.of89Days.rows);
    expect(history.of89Days.rows).toEqual(lake.of89Days.rows);
    expect(trail.calls).not.toHaveProperty(["cloudtrail:LookupEvents"]);
    expect(trail.ofItsWindow.manifest).toMatchObject({ status: "succeeded", sources: { logins: { observed: true } } });
    expect(trail.of89Days.rows).toEqual(history.of89Days.rows);
  },
  180_000,
);
