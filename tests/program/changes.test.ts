import { type SettingKey, settings } from "../../components/settings";
import { leavePackagesOut, type ProgramRun, type Registration } from "./runProgram";
import { historyConfig, minimalConfig, runStack } from "./stack";

// The archive does not depend on any setting, which the last test shows with the real handler; here a small one is enough.
jest.mock("../../handlers/report", () => ({ createReportHandler: () => async () => "small" }));
beforeAll(leavePackagesOut);

const key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const everyAlarm = ["degraded", "failed", "overdue", "schedule-dead-letters-used", "sheet-not-carried"].map(
  (name) => `changed ${name}`,
);
const tellingFunction = ["changed function", "changed function-policy"];
const bucketSettings = ["encryption", "lifecycle", "ownership", "policy", "public-access", "versioning"].map(
  (setting) => `reports-${setting}`,
);

/**
 * What the change of one key does, by names without the component's. Changed are inputs; where a new physical name follows from a
 * change, AWS' answer changes more, as with `bucketName`.
 */
const changes: Record<SettingKey, readonly [value: string, ...resources: string[]]> = {
  trailTable: ["security.cloudtrail_logs", "changed function", "changed function-policy", "gone archive-behind"],
  trailWorkgroup: ["security", "changed function"],
  loginRoleArn: ["arn:aws:iam::444455556666:role/read-logins", "changed function", "changed function-policy"],
  lakeId: ["11111111-89ab-cdef-0123-456789abcdef", "changed function", "changed function-policy"],
  identityStoreId: ["d-0987654321", "changed function", "changed function-policy"],
  instanceArn: ["arn:aws:sso:::instance/ssoins-fedcba0987654321", "changed function", "changed function-policy"],
  bucketName: [
    "our-reports",
    ...["degraded", "failed", "function", "function-policy", "overdue", "reports", "reports-policy"].map(
      (name) => `changed ${name}`,
    ),
    ...["runbook", "runbook-policy", "runs", "sheet-not-carried"].map((name) => `changed ${name}`),
  ],
  adoptBucket: [
    "true",
    ...[
      "degraded",
      "failed",
      "function",
      "function-policy",
      "overdue",
      "runbook",
      "runbook-policy",
      "runs",
      "sheet-not-carried",
    ].map((name) => `changed ${name}`),
    ...["reports", ...bucketSettings].map((name) => `gone ${name}`),
  ],
  deleteBucket: ["true", "changed reports"],
  memorySize: ["3008", "changed function"],
  schedule: ["cron(0 6 1 * ? *)", "changed overdue", "changed schedule"],
  scheduleTimezone: ["Europe/Berlin", "changed schedule"],
  scheduleEnabled: ["false", "changed schedule", "gone overdue", "gone watch"],
  lookbackDays: ["30", "changed function"],
  newAccessDays: ["30", "changed function"],
  administratorPermissionSets: ['["PlatformAdmin"]', "changed function"],
  reviewerPattern: ["^team-(\\w+)-", "changed function"],
  retentionDays: ["0", "changed reports-lifecycle"],
  lockReports: ["30", ...tellingFunction, "new reports-lock"],
  kmsKeyArn: [
    key,
    ...["logs", "reports-encryption", "runs-logs", "schedule-dead-letters"].map((name) => `changed ${name}`),
    ...["new function-key-policy", "new schedule-key-policy"],
  ],
  lakeKmsKeyArn: [key, "changed function-policy"],
  identityCenterKmsKeyArn: [key, "changed function-policy"],
  notificationEmail: [
    "security@example.com",
    ...everyAlarm,
    ...tellingFunction,
    ...["new notifications", "new notifications-email"],
  ],
  notificationTopicArn: ["arn:aws:sns:eu-west-1:111122223333:security", ...everyAlarm, ...tellingFunction],
  notifyOnSuccess: ["true", "changed function"],
  dashboard: ["true", "new dashboard"],
  catalog: ["true", "new catalog", "new catalog-rows"],
  documentName: ["credential_report_export_staging", "changed runbook"],
  requestsPerSecond: ["5", "changed function"],
};

function differences(before: ProgramRun, after: ProgramRun): string[] {
  const names = new Set([...Object.keys(before.resources), ...Object.keys(after.resources)]);
  const found = [...names].flatMap((name) => {
    if (name === "credential-report") return [];
    const [left, right] = [before.resources[name], after.resources[name]];
    const what = !left ? "new" : !right ? "gone" : isSame(left, right) ? undefined : "changed";
    return what ? [`${what} ${name.replace("credential-report-", "")}`] : [];
  });
  return found.sort();
}

/** What a resource waits for is no change of it. */
function isSame({ dependsOn: _, ...left }: Registration, { dependsOn: __, ...right }: Registration): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** What a change needs besides, in both programs. */
const also: Partial<Record<SettingKey, Record<string, string>>> = {
  adoptBucket: { bucketName: "our-reports" },
  notifyOnSuccess: { notificationEmail: "security@example.com" },
};

let minimalRun: ProgramRun;
beforeAll(async () => {
  minimalRun = await runStack(minimalConfig);
});

test("the table has every key", () => {
  expect(Object.keys(changes).sort()).toEqual(Object.keys(settings).sort());
});

test.each(Object.entries(changes))(
  "another %s changes exactly what it should",
  async (setting, [value, ...resources]) => {
    const needed = also[setting as SettingKey];
    // Logins are read from one source.
    const isTrail = setting.startsWith("trail");
    const config = { ...(isTrail ? historyConfig : minimalConfig), ...needed };
    const before = needed || isTrail ? await runStack(config) : minimalRun;
    const after = await runStack({ ...config, [setting]: value });
    expect(differences(before, after)).toEqual([...resources].sort());
  },
);

test("a second run of the program registers the same", async () => {
  expect(differences(minimalRun, await runStack(minimalConfig))).toEqual([]);
});

test("the overdue alarm's limit is a matter of the expression, not of the day", async () => {
  const schedule = "cron(0 6 1 1 ? 2026,2028,2029,2030)";
  const limits: unknown[] = [];
  for (const now of ["2025-11-22T00:00:00Z", "2028-02-29T23:59:59Z"]) {
    jest.useFakeTimers({ now: new Date(now), doNotFake: ["nextTick", "setImmediate", "setTimeout", "queueMicrotask"] });
    limits.push(
      (await runStack({ ...minimalConfig, schedule })).resources["credential-report-overdue"]!.inputs.threshold,
    );
    jest.useRealTimers();
  }
  expect(limits).toEqual([(730 + 1) * 24, (730 + 1) * 24]);
});
