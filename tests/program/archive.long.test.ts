import { minimalConfig, runStack } from "./stack";

const others = {
  lakeId: "11111111-89ab-cdef-0123-456789abcdef",
  identityStoreId: "d-0987654321",
  instanceArn: "arn:aws:sso:::instance/ssoins-fedcba0987654321",
  schedule: "cron(0 6 ? * MON *)",
  scheduleTimezone: "Europe/Berlin",
  lookbackDays: "30",
  newAccessDays: "30",
  administratorPermissionSets: '["PlatformAdmin"]',
  reviewerPattern: "^team-(.*)",
  requestsPerSecond: "5",
  notificationEmail: "security@example.com",
};

async function archive(config: Record<string, string>): Promise<unknown> {
  return (await runStack(config)).resources["credential-report-function"]!.inputs.code;
}

// With the real handler: Pulumi sees new code wherever the archive's assets differ, and these are what it hashes.
test("the archive is the same from run to run, whatever the settings", async () => {
  const code = await archive(minimalConfig);
  expect(code).toMatchObject({ assets: { "__index.js": { text: expect.stringContaining("exports.handler") } } });
  expect(await archive(others)).toEqual(code);
});
