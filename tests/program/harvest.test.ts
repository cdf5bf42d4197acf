import { leavePackagesOut } from "./runProgram";
import { historyConfig, minimalConfig, runStack } from "./stack";

jest.mock("../../handlers/report", () => ({ createReportHandler: () => async () => "small" }));
beforeAll(leavePackagesOut);

// When a stack harvests logins, and what it is told by.

async function watchOf(config: Readonly<Record<string, string>>) {
  const { resources } = await runStack(config);
  const watch = resources["credential-report-watch"];
  const { input } = (watch?.inputs.target ?? {}) as { input?: string };
  const alarms = ["archive-behind", "overdue"].filter((name) => resources[`credential-report-${name}`] !== undefined);
  return { trigger: input === undefined ? null : JSON.parse(input).trigger, alarms };
}

test.each([
  ["Event history", historyConfig, { trigger: "watch", alarms: ["archive-behind", "overdue"] }],
  [
    "Event history without schedule",
    { ...historyConfig, scheduleEnabled: "false" },
    { trigger: "harvest", alarms: ["archive-behind"] },
  ],
  ["an event data store", minimalConfig, { trigger: "watch", alarms: ["overdue"] }],
  [
    "an event data store without schedule",
    { ...minimalConfig, scheduleEnabled: "false" },
    { trigger: null, alarms: [] },
  ],
])("with %s", async (_, config, expected) => {
  expect(await watchOf(config)).toEqual(expected);
});

test("the archive is kept as reports are, and as long as a window needs it", async () => {
  const days = async (config: Readonly<Record<string, string>>) => {
    const { resources } = await runStack({ ...historyConfig, ...config });
    const { rules } = resources["credential-report-reports-lifecycle"]!.inputs as {
      rules: { id: string; expiration?: { days: number } }[];
    };
    return rules.find(({ id }) => id === "expire-logins")?.expiration?.days;
  };
  expect(await days({ retentionDays: "400", lookbackDays: "90" })).toBe(400);
  expect(await days({ retentionDays: "30", lookbackDays: "365" })).toBe(375);
  expect(await days({ retentionDays: "0" })).toBeUndefined();
});
