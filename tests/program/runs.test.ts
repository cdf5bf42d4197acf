import * as pulumi from "@pulumi/pulumi";
import { leavePackagesOut } from "./runProgram";
import { minimalConfig, runStack } from "./stack";

// What a stack has for runs that take more than a slice, or do not end by themselves.

jest.mock("../../handlers/report", () => ({ createReportHandler: () => async () => "small" }));
beforeAll(leavePackagesOut);

test.each(["0", "400"])(
  "what an unfinished run has kept expires, also where reports are kept for %s days",
  async (retentionDays) => {
    const { resources } = await runStack({ ...minimalConfig, retentionDays });
    const { rules } = resources["credential-report-reports-lifecycle"]!.inputs as { rules: { filter: object }[] };
    expect(rules.filter(({ filter }) => JSON.stringify(filter).includes("work/"))).toEqual([
      {
        id: "expire-work",
        status: "Enabled",
        filter: { prefix: "credential_reports/work/" },
        expiration: { days: 14 },
        noncurrentVersionExpiration: { noncurrentDays: 1 },
      },
    ]);
  },
);

test.each([
  [20, []],
  [
    21,
    [
      expect.stringMatching(
        /^requestsPerSecond: 21 is more than the 20 requests a second that AWS grants.* support case/,
      ),
    ],
  ],
])("a pace of %i: what AWS must have raised for it is said", async (requestsPerSecond, warnings) => {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  try {
    await runStack({ ...minimalConfig, requestsPerSecond: String(requestsPerSecond) }, { preview: true });
    expect(warn.mock.calls.map(([message]) => message)).toEqual(warnings);
  } finally {
    warn.mockRestore();
  }
});

test("the function is told whether the bucket locks what it writes", async () => {
  const locked = async (config: Record<string, string>) =>
    (await runStack({ ...minimalConfig, ...config })).resources["credential-report-function"]!.inputs.environment;
  expect(await locked({})).toMatchObject({ variables: { REPORTS_LOCKED: "false" } });
  expect(await locked({ lockReports: "30" })).toMatchObject({ variables: { REPORTS_LOCKED: "true" } });
});

test("an alarm tells of every execution that did not succeed, each way in which one can", async () => {
  const { inputs } = (await runStack(minimalConfig)).resources["credential-report-failed"]!;
  const queries = inputs.metricQueries as { id: string; expression?: string; metric?: Record<string, unknown> }[];
  const metrics = Object.fromEntries(queries.flatMap(({ id, metric }) => (metric ? [[id, metric]] : [])));
  expect(Object.values(metrics).map(({ metricName }) => metricName)).toEqual([
    ...["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"],
  ]);
  for (const metric of Object.values(metrics)) {
    expect(metric).toMatchObject({
      namespace: "AWS/States",
      dimensions: { StateMachineArn: "arn:aws:states:eu-west-1:111122223333:stateMachine:credential-report-runs" },
      stat: "Sum",
    });
  }
  const [sum, ...others] = queries.filter(({ expression }) => expression !== undefined);
  expect([others, sum!.expression!.match(/\b[a-z]+\b/g)]).toEqual([[], Object.keys(metrics)]);
  expect(inputs).toMatchObject({ threshold: 1, datapointsToAlarm: 1, treatMissingData: "notBreaching" });
});
