import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { startLocalAws } from "../../local/aws";
import { deploy } from "../../local/deployment/deploy";
import { jsonOf, textOf } from "../support/container";

// The program as somebody deploys it who knows nothing of logins: no setting but the Region. This shows that its report is that of the
// stack that names an event data store, on a local AWS whose Event history and store hold the same records.

const organisation = join(__dirname, "../../local/organisations/sample.json");

/** Reports of the dev stack, whose configuration has the Region and the event data store alone: of its window, and of 89 days. */
async function reportsWith(config: Readonly<Record<string, unknown>>) {
  const localAws = await startLocalAws({ organisation });
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

test("a stack without any login setting makes the report of the one with an event data store", async () => {
  const lake = await reportsWith({});
  const history = await reportsWith({ lakeId: undefined });

  expect(lake.calls).not.toHaveProperty(["cloudtrail:LookupEvents"]);
  expect(history.calls).not.toHaveProperty(["cloudtrail:StartQuery"]);
  const { settings, status, sources } = history.ofItsWindow.manifest;
  expect([settings.eventDataStore, settings.lookbackDays, status]).toEqual(["", 90, "succeeded"]);
  expect(sources.logins).toMatchObject({ status: "read", observed: true, windowFrom: "2026-08-23T06:00:00Z" });
  expect(history.of89Days.rows.length).toBeGreaterThan(90);
  expect(history.of89Days.rows).toEqual(lake.of89Days.rows);
  expect(history.ofItsWindow.rows).toEqual(history.of89Days.rows);
}, 120_000);
