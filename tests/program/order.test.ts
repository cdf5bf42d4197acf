import { leavePackagesOut, type ProgramRun } from "./runProgram";
import { minimalConfig, runStack } from "./stack";

jest.mock("../../handlers/report", () => ({ createReportHandler: () => async () => "small" }));
beforeAll(leavePackagesOut);

// Shows what the engine waits for before it makes a resource, wherever an update is interrupted.

const kmsKeyArn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** All that a resource waits for, by names without the component's. */
function before({ resources }: ProgramRun, name: string): string[] {
  const found = new Set<string>();
  const visit = (one: string) => {
    const { dependsOn = [], parent = "" } = resources[one] ?? {};
    for (const other of [...dependsOn, parent].filter((each) => each !== "")) {
      if (!found.has(other) && found.add(other)) visit(other);
    }
  };
  visit(`credential-report-${name}`);
  return [...found].map((one) => one.replace("credential-report-", ""));
}

test.each([
  ["function-key-policy", ["reports-encryption", "notifications", "function"]],
  ["schedule-key-policy", ["schedule-dead-letters", "schedule"]],
])("what is encrypted with the key waits for %s", async (policy, encrypted) => {
  const run = await runStack({ ...minimalConfig, kmsKeyArn, notificationEmail: "security@example.com" });
  for (const name of encrypted) expect(before(run, name)).toContain(policy);
  const statements = JSON.parse(String(run.resources[`credential-report-${policy}`]!.inputs.policy)).Statement;
  expect(statements).toEqual([expect.objectContaining({ Sid: "UseKey", Resource: kmsKeyArn })]);
  // Nothing that is encrypted: else the rights could not come first.
  const role = policy.replace("key-policy", "role");
  expect(before(run, policy).sort()).toEqual(["credential-report", role].sort());
});

test.each(["schedule", "watch"])("%s comes after all that a report needs and all that starts one", async (name) => {
  const run = await runStack({ ...minimalConfig, lockReports: "1" });
  expect(before(run, name)).toEqual(
    expect.arrayContaining([
      ...["function", "function-policy", "runs", "runs-policy", "runbook", "schedule-policy"],
      ...["encryption", "lifecycle", "lock", "ownership", "policy", "public-access", "versioning"].map(
        (setting) => `reports-${setting}`,
      ),
    ]),
  );
});
