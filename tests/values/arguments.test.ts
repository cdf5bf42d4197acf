import { HELP, optionOf, parseArguments as parse } from "../../cli/arguments";
import { settings } from "../../components/settings";
import { type RunSettingKey, runSettings, settingProblem } from "../../handlers/settings";

const id = "0f3c9f3e-6b1d-4c56-9a8e-1d2f3a4b5c6d";
const arn = `arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/${id}`;
const instanceArn = "arn:aws:sso:::instance/ssoins-0123456789abcdef";

const parseArguments = (argv: readonly string[]) => parse(argv)!;

function wrong(...argv: string[]): string {
  try {
    parseArguments(argv);
  } catch (error) {
    expect((error as Error).name).toBe("BadArguments");
    return (error as Error).message;
  }
  throw new Error(`${argv.join(" ")} was taken`);
}

test("the defaults are the stack's", () => {
  expect(parseArguments([])).toEqual({
    settings: {
      eventDataStore: "",
      trailTable: "",
      trailWorkgroup: "primary",
      loginRoleArn: "",
      instanceArn: "",
      identityStoreId: "",
      lookbackDays: 90,
      newAccessDays: 14,
      administratorPermissionSets: [],
      reviewerPattern: "",
      requestsPerSecond: 15,
    },
    nowMs: null,
    out: "report",
    unfinished: null,
    profile: undefined,
    region: undefined,
    json: false,
    quiet: false,
  });
});

test("everything can be given", () => {
  const argv = [
    ...["--lake-id", arn, "--instance-arn", instanceArn, "--identity-store-id", "d-0123456789"],
    ...[
      "--login-role-arn",
      "arn:aws:iam::444455556666:role/read-logins",
      "--trail-workgroup",
      "audit",
      "--lookback-days",
      "3653",
      "--new-access-days",
      "0",
      "--requests-per-second",
      "20",
    ],
    ...["--administrator-permission-set", "BreakGlass", "--administrator-permission-set", "Platform,Admin"],
    ...["--reviewer-pattern", "^team-(\\w+)-"],
    ...["--now", "2026-11-20T09:00:00Z", "--out", "a b", "--profile", "audit", "--region", "us-gov-west-1"],
    ...["--json", "--quiet"],
  ];
  expect(parseArguments(argv)).toEqual({
    settings: {
      eventDataStore: arn,
      trailTable: "",
      trailWorkgroup: "audit",
      loginRoleArn: "arn:aws:iam::444455556666:role/read-logins",
      instanceArn,
      identityStoreId: "d-0123456789",
      lookbackDays: 3653,
      newAccessDays: 0,
      administratorPermissionSets: ["BreakGlass", "Platform,Admin"],
      reviewerPattern: "^team-(\\w+)-",
      requestsPerSecond: 20,
    },
    nowMs: Date.UTC(2026, 10, 20, 9),
    out: "a b",
    unfinished: null,
    profile: "audit",
    region: "us-gov-west-1",
    json: true,
    quiet: true,
  });
});

test("logins come from Event history, from the store that is named, or are left out", () => {
  expect(parseArguments(["--profile", "audit", "--region", "eu-west-1"]).settings.eventDataStore).toBe("");
  expect(parseArguments(["--lake-id", id]).settings.eventDataStore).toBe(id);
  expect(parseArguments(["--no-logins"]).settings.eventDataStore).toBeNull();
});

test("what becomes of an unfinished run is one of two, or not said", () => {
  expect(parseArguments(["--no-logins", "--resume"]).unfinished).toBe("resume");
  expect(parseArguments(["--no-logins", "--restart"]).unfinished).toBe("restart");
  expect(wrong("--no-logins", "--resume", "--restart")).toBe(
    "Give either --resume, to go on with an unfinished run, or --restart, to remove it.",
  );
});

test("--help needs nothing else, and describes every argument", () => {
  expect(parse(["--help"])).toBeNull();
  expect(parse(["--lookback-days", "0", "--help"])).toBeNull();
  const described = [...HELP.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, name]) => name);
  for (const name of described) {
    const withValue = parseFails(name!) ? [name!, "1"] : [name!];
    expect(() => parseArguments(withValue)).not.toThrow(/Unknown option/);
  }
  expect(described).toEqual([
    ...[
      "--lake-id",
      "--trail-table",
      "--trail-workgroup",
      "--login-role-arn",
      "--instance-arn",
      "--identity-store-id",
      "--lookback-days",
      "--new-access-days",
    ],
    ...["--requests-per-second", "--administrator-permission-set", "--reviewer-pattern"],
    ...[
      "--no-logins",
      "--now",
      "--out",
      "--resume",
      "--restart",
      "--profile",
      "--region",
      "--json",
      "--quiet",
      "--help",
    ],
  ]);
  expect(HELP).toMatch(/^ {2}--new-access-days DAYS [\s\S]{0,400}? 0–365\s+days\s+\(default 14\)\.$/m);
  for (const line of HELP.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  // A setting's sentence names other settings as they are given here.
  expect(HELP).toMatch(/Empty:\s+--lake-id\s+says/);
  for (const key of Object.keys(runSettings)) expect(HELP).not.toContain(key);
});

function parseFails(name: string): boolean {
  try {
    parseArguments([name]);
    return false;
  } catch (error) {
    return /argument missing/.test((error as Error).message);
  }
}

describe("a wrong argument is named, with what was got, what is allowed and where to find it", () => {
  test.each([
    [
      ["--lake-id", "abc"],
      '--lake-id: expected an event data store id (UUID) or ARN, or "" for Event history, got "abc". Find it under CloudTrail → Lake',
    ],
    [["--lake-id", `${id}x`], "--lake-id: expected"],
    [["--lake-id", arn.replace("eventdatastore", "trail")], "--lake-id: expected"],
    [
      ["--no-logins", "--lookback-days", "ninety"],
      '--lookback-days: expected a whole number of days from 1 to 3653, got "ninety".',
    ],
    [
      ["--no-logins", "--lookback-days", "0"],
      "--lookback-days: expected a whole number of days from 1 to 3653, got 0.",
    ],
    [["--no-logins", "--lookback-days", "3654"], "got 3654."],
    [["--no-logins", "--lookback-days", "1.5"], 'got "1.5".'],
    [["--no-logins", "--lookback-days", ""], 'got "".'],
    [
      [
        "--no-logins",
        ...Array.from({ length: 51 }, (_, index) => ["--administrator-permission-set", `Set${index}`]).flat(),
      ],
      "--administrator-permission-set: expected at most 50 names of permission sets",
    ],
    [
      ["--no-logins", "--now", "yesterday"],
      "--now: expected an instant in ISO 8601 with its zone, like 2026-11-20T09:",
    ],
    [["--no-logins", "--now", "2026-11-31T09:00:00Z"], 'of a day that exists, got "2026-11-31T09:00:00Z".'],
    [["--no-logins", "--now", "2026-11-20T09:00:00"], 'got "2026-11-20T09:00:00".'],
    [["--no-logins", "--now", "1"], 'got "1".'],
    [["--no-logins", "--colour"], "Unknown option '--colour'"],
    [["--no-logins", "report.csv"], "Unexpected argument 'report.csv'"],
    [["--no-logins", "--out"], "argument missing"],
  ])("%j", (argv, message) => {
    expect(wrong(...argv)).toContain(message);
  });

  test.each<[RunSettingKey, string]>([
    ["lakeId", "abc"],
    ["trailTable", "abc"],
    ["trailWorkgroup", "a b"],
    ["loginRoleArn", "read-logins"],
    ["identityStoreId", "d-1"],
    ["identityStoreId", "906700aaaabbbbccccddddeeeeffff0000aa"],
    ["instanceArn", "ssoins-1"],
    ["reviewerPattern", "^team-"],
    ["reviewerPattern", "("],
  ])("%s %j gets the sentence that a stack's configuration gets", (key, value) => {
    const option = optionOf(key);
    const others = key === "lakeId" || key === "trailTable" ? [] : ["--no-logins"];
    expect(wrong(...others, option, value)).toBe(settingProblem(option, settings[key], value));
  });

  test.each([
    [["--no-logins", "--lake-id", id], "--lake-id and --no-logins"],
    [["--trail-table", "a.b", "--lake-id", id], "--lake-id and --trail-table"],
    [["--trail-table", "a.b", "--no-logins"], "--trail-table and --no-logins"],
  ])("%j together", (argv, got) => {
    expect(wrong(...argv)).toBe(
      `Give at most one of --lake-id and --trail-table, and neither with --no-logins, which leaves the login source out: got ${got}.`,
    );
  });
});
