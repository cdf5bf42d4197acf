import { resourceType } from "../../local/deployment/resourceTypes";
import before from "../fixtures/registrations-0.1.json";
import { leavePackagesOut, type Registration } from "./runProgram";
import { runStack, stackFileConfig } from "./stack";

// What `pulumi up` does to a stack of version 0.1: tests/fixtures/report-0.1/README.md says where its registrations are from. Not shown:
// what AWS's provider makes of an update; which inputs it cannot change in place stands in local/deployment/resourceTypes.ts.

jest.mock("../../handlers/report", () => ({ createReportHandler: () => async () => "small" }));
beforeAll(leavePackagesOut);

type Registered = Readonly<Record<string, Pick<Registration, "type" | "inputs" | "parent">>>;

const readable = (value: unknown): unknown =>
  typeof value === "string" && value.startsWith("{") ? JSON.parse(value) : value;

/** The same for equal values, whatever the order of their keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

interface Plan {
  readonly create: string[];
  /** With the inputs that differ. */
  readonly update: string[];
  readonly replace: string[];
  readonly delete: string[];
}

/** As the engine decides it: by URN, which is of parent, type and name, then by the inputs that differ. */
function planOf(old: Registered, now: Registered): Plan {
  const plan: Plan = { create: [], update: [], replace: [], delete: [] };
  for (const name of [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()) {
    const [was, is] = [old[name], now[name]];
    const same = was !== undefined && is !== undefined && was.type === is.type && was.parent === is.parent;
    if (was !== undefined && !same) plan.delete.push(`${was.type} ${name}`);
    if (is !== undefined && !same) plan.create.push(`${is.type} ${name}`);
    if (!same || !is.type.startsWith("aws:")) continue;
    const differing = Object.keys({ ...was.inputs, ...is.inputs })
      .filter((key) => canonical(readable(was.inputs[key])) !== canonical(readable(is.inputs[key])))
      .sort();
    const { immutable, name: own } = resourceType(is.type);
    if (differing.some((key) => key === own || immutable.includes(key))) plan.replace.push(`${is.type} ${name}`);
    else if (differing.length > 0) plan.update.push(`${is.type} ${name}: ${differing.join(", ")}`);
  }
  return plan;
}

const sample = { arns: ["arn:aws:sso:::instance/ssoins-7223f8a1c94be06d"], identityStoreIds: ["d-9067a1b2c3"] };
const aws = { region: "us-east-1", accountId: "210987654321", instances: sample };

const stacks = {
  dev: () => runStack(stackFileConfig("Pulumi.dev.yaml"), { aws }),
  everything: () => runStack(before.everything.config),
};

async function planFor(stack: keyof typeof stacks): Promise<Plan> {
  const { resources } = await stacks[stack]();
  return planOf(before[stack].resources as unknown as Registered, resources);
}

const runs = [
  "aws:sfn/stateMachine:StateMachine credential-report-runs",
  "aws:cloudwatch/logGroup:LogGroup credential-report-runs-logs",
  "aws:iam/rolePolicy:RolePolicy credential-report-runs-policy",
  "aws:iam/role:Role credential-report-runs-role",
];

const sheets = "aws:cloudwatch/metricAlarm:MetricAlarm credential-report-sheet-not-carried";

const updated = [
  "aws:cloudwatch/metricAlarm:MetricAlarm credential-report-failed: alarmDescription, datapointsToAlarm, dimensions, evaluationPeriods, metricName, metricQueries, namespace, period, statistic",
  "aws:lambda/function:Function credential-report-function: code, deadLetterConfig, environment, memorySize",
  "aws:iam/rolePolicy:RolePolicy credential-report-function-policy: policy",
  "aws:iam/role:Role credential-report-function-role: assumeRolePolicy",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration credential-report-reports-lifecycle: rules",
  "aws:s3/bucketPolicy:BucketPolicy credential-report-reports-policy: policy",
  "aws:ssm/document:Document credential-report-runbook: content",
  "aws:iam/rolePolicy:RolePolicy credential-report-runbook-policy: policy",
  "aws:scheduler/schedule:Schedule credential-report-schedule: target",
  "aws:cloudwatch/metricAlarm:MetricAlarm credential-report-schedule-dead-letters-used: alarmDescription",
  "aws:iam/rolePolicy:RolePolicy credential-report-schedule-policy: policy",
  "aws:scheduler/schedule:Schedule credential-report-watch: description, target",
];

const needless = [
  "aws:sqs/queue:Queue credential-report-function-dead-letters",
  "aws:cloudwatch/metricAlarm:MetricAlarm credential-report-function-dead-letters-used",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig credential-report-function-invocation",
];

// A line more in one of these lists is what every stack of version 0.1 gets with the next update: it goes into CHANGELOG.md, too.
test.each<[keyof typeof stacks, Plan]>([
  ["dev", { create: [...runs, sheets], update: updated, replace: [], delete: needless }],
  [
    "everything",
    {
      create: [
        "aws:iam/rolePolicy:RolePolicy credential-report-function-key-policy",
        ...runs,
        "aws:iam/rolePolicy:RolePolicy credential-report-schedule-key-policy",
        sheets,
      ],
      update: [
        "aws:glue/catalogTable:CatalogTable credential-report-catalog-rows: storageDescriptor",
        "aws:cloudwatch/dashboard:Dashboard credential-report-dashboard: dashboardBody",
        ...updated,
      ],
      replace: [],
      delete: needless,
    },
  ],
])("the stack %s: what is created, updated, replaced and deleted", async (stack, plan) => {
  expect(await planFor(stack)).toEqual(plan);
});

test.each(["dev", "everything"] as const)(
  "the stack %s keeps what holds people's reports, logs and names",
  async (stack) => {
    const kept = /^aws:(s3|cloudwatch\/logGroup|sns|ssm\/document|glue)/;
    const types = Object.values(before[stack].resources as unknown as Registered).map(({ type }) => type);
    expect(types.filter((type) => kept.test(type)).length).toBeGreaterThan(7);
    const { replace, delete: gone } = await planFor(stack);
    expect([...replace, ...gone].filter((line) => kept.test(line))).toEqual([]);
  },
);
