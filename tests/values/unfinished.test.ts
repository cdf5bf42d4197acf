import { execFileSync } from "node:child_process";
import { estimateSentence, paceNotice } from "../../cli/pace";
import { createReadingTime, readingKept, resumeCommand } from "../../cli/unfinished";
import { createJournal } from "../../handlers/aws/aws";

const SCRIPT = "/repository/cli/bin.ts";

test.each([
  [[SCRIPT, "report", "--no-logins"], "npm run report -- --no-logins --resume"],
  [[SCRIPT, "report", "--no-logins", "--restart"], "npm run report -- --no-logins --resume"],
  [[SCRIPT, "report", "--resume", "--no-logins"], "npm run report -- --no-logins --resume"],
  [["/usr/bin/credential-report", "report", "--no-logins"], "credential-report report --no-logins --resume"],
])("the command that goes on with %j", (argv, command) => {
  expect(resumeCommand(["node", ...argv])).toBe(command);
});

test("a shell reads from that command what this process was given", () => {
  const given = ["--out", "a b", "--reviewer-pattern", "^it's-(\\w+)$", "", "*", "--now", "2026-11-20T09:00:00+01:00"];
  const command = resumeCommand(["node", SCRIPT, "report", ...given]).replace("npm run report --", "printf '%s\\n'");
  expect(execFileSync("sh", ["-c", command], { encoding: "utf8" }).split("\n")).toEqual([...given, "--resume", ""]);
});

test.each([
  [0, "less than a minute of reading kept"],
  [29_000, "less than a minute of reading kept"],
  [60_000, "1 minute of reading kept"],
  [9_360_000, "156 minutes of reading kept"],
])("%d ms: %s", (ms, words) => expect(readingKept(ms)).toBe(words));

describe("the time of reading", () => {
  const now = jest.spyOn(performance, "now");
  afterAll(() => now.mockRestore());
  const lines: string[] = [];

  /** A process that begins now, and what it keeps. */
  function processAt(ms: number) {
    now.mockReturnValue(ms);
    const journal = createJournal();
    journal.remember(lines);
    const keep = async () => void lines.push(...journal.take());
    return { journal, time: createReadingTime(journal, { keep }) };
  }

  test("counts what is kept, in all processes, and not what is lost or was not read", async () => {
    const first = processAt(1_000);
    now.mockReturnValue(61_000);
    await first.time.keep(); // nothing was read
    expect(first.time.keptMs()).toBe(0);
    await first.journal.once("test", "a", async () => 1);
    now.mockReturnValue(121_000);
    await first.time.keep();
    expect(first.time.keptMs()).toBe(120_000);
    await first.journal.once("test", "b", async () => 2);
    now.mockReturnValue(500_000); // and then it is killed

    const second = processAt(7_000);
    expect(second.time.keptMs()).toBe(120_000);
    await second.journal.once("test", "b", async () => 2);
    now.mockReturnValue(8_500);
    await second.time.keep();
    expect(processAt(0).time.keptMs()).toBe(121_500);
  });

  test("counts nothing that could not be kept", async () => {
    now.mockReturnValue(0);
    const journal = createJournal();
    const time = createReadingTime(journal, { keep: () => Promise.reject(new Error("no room")) });
    await journal.once("test", "a", async () => 1);
    now.mockReturnValue(1_000);
    await expect(time.keep()).rejects.toThrow("no room");
    expect(time.keptMs()).toBe(0);
  });
});

test("a pace that AWS grants to nobody unasked is said", () => {
  expect([1, 15, 20].map(paceNotice)).toEqual([null, null, null]);
  for (const pace of [21, 200]) {
    expect(paceNotice(pace)).toMatch(
      new RegExp(`^--requests-per-second ${pace}: AWS grants an account 20 requests a second .* unless it has raised`),
    );
  }
});

test.each([
  [
    { pairs: 1, calls: 1, entitlementCalls: 0, seconds: 1 },
    1,
    /^1 pair of .*: at least 1 call and 1 minute in all, at 1 request a second\.$/,
  ],
  [
    { pairs: 0, calls: 0, entitlementCalls: 0, seconds: 0 },
    15,
    /^0 pairs of .*: at least 0 calls and 0 minutes in all, at 15 requests/,
  ],
  [
    { pairs: 140_000, calls: 140_000, entitlementCalls: 0, seconds: 9_334 },
    15,
    /^140,000 pairs .*: at least 140,000 calls and 156 minutes/,
  ],
  [
    { pairs: 0, calls: 7_000, entitlementCalls: 7_000, seconds: 350 },
    15,
    /at least 7,000 calls and 6 minutes in all, at 15 requests a second\. 7,000 calls of them ask account access manager, one for each account: up to 20 a second\.$/,
  ],
])("the estimate %j", (estimate, pace, sentence) => expect(estimateSentence(estimate, pace)).toMatch(sentence));
