import { deployedSettings, parseEventDataStore, settingsOf } from "../../handlers/settings";
import { checkRunId, reasonOf } from "../../handlers/slice";

const DEPLOYED = {
  eventDataStore: "0f3c9f3e-6b1d-4c56-9a8e-1d2f3a4b5c6d",
  instanceArn: "arn:aws:sso:::instance/ssoins-7223aaaabbbbcccc",
  identityStoreId: "d-906700aaaa",
  lookbackDays: 90,
  newAccessDays: 14,
  requestsPerSecond: 15,
  administratorPermissionSets: ["BreakGlass", "Platform,Admin"],
  reviewerPattern: "^team-(\\w+)",
  trailTable: "",
  trailWorkgroup: "primary",
  loginRoleArn: "",
};
const environmentOf = (settings: unknown) => ({ REPORT_SETTINGS: JSON.stringify(settings) });
const ENVIRONMENT = environmentOf(DEPLOYED);

describe("settingsOf", () => {
  it("reads the function's environment", () => {
    expect(settingsOf({ ...ENVIRONMENT, CREDENTIAL_REPORT_NOW: "2026-11-20T09:00:00.987Z" }, {})).toEqual({
      ...DEPLOYED,
      now: "2026-11-20T09:00:00Z",
    });
  });

  it.each(["today", "1", "2026-11-31T09:00:00Z", "2026-11-20T09:00:00"])("takes %j for no present", (now) => {
    expect(() => settingsOf({ ...ENVIRONMENT, CREDENTIAL_REPORT_NOW: now }, {})).toThrow(
      `CREDENTIAL_REPORT_NOW: expected an instant in ISO 8601 with its zone`,
    );
  });

  it("takes the clock for the present where no other is given", () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    expect(Date.parse(settingsOf(ENVIRONMENT, {}).now)).toBeGreaterThanOrEqual(before);
  });

  it.each([
    [30, 30],
    ["30", 30],
    ["", 90],
    [undefined, 90],
  ])("lets the event override lookbackDays with %j", (lookbackDays, expected) => {
    expect(settingsOf(ENVIRONMENT, { lookbackDays }).lookbackDays).toBe(expected);
  });

  it.each([0, 3654, 1.5, "1e2", "3654", "ninety", -1])("refuses lookbackDays %j", (lookbackDays) => {
    expect(() => settingsOf(ENVIRONMENT, { lookbackDays })).toThrow(
      /lookbackDays: expected a whole number of days from 1 to 3653, got/,
    );
  });

  it("says that the variable is missing", () => {
    expect(() => settingsOf({}, {})).toThrow(
      expect.objectContaining({
        name: "BadEnvironment",
        message: "The environment variable REPORT_SETTINGS is not set. Deploy the stack again.",
      }),
    );
  });

  const without = (key: string) => JSON.stringify({ ...DEPLOYED, [key]: undefined });
  it.each([
    "{",
    "null",
    "[]",
    ...Object.keys(DEPLOYED).map(without),
    JSON.stringify({ ...DEPLOYED, lookbackDays: "90" }),
    JSON.stringify({ ...DEPLOYED, newAccessDays: 1.5 }),
    JSON.stringify({ ...DEPLOYED, administratorPermissionSets: [7] }),
    JSON.stringify({ ...DEPLOYED, reviewerPattern: null }),
  ])("refuses REPORT_SETTINGS %s", (REPORT_SETTINGS) => {
    expect(deployedSettings({ REPORT_SETTINGS })).toBeNull();
    expect(() => settingsOf({ REPORT_SETTINGS }, {})).toThrow(
      "The environment variable REPORT_SETTINGS does not hold the settings of a report. Deploy the stack again.",
    );
  });
});

describe("checkRunId", () => {
  it.each([{}, { runId: "" }, { runId: "run-1" }])("takes %j", (event) => {
    expect(() => checkRunId(event)).not.toThrow();
  });

  it.each(["../x", "a b", "x".repeat(81), "a/b", 7 as never])(
    "refuses %j, which would become part of a key",
    (runId) => {
      expect(() => checkRunId({ runId })).toThrow(/runId: expected 1 to 80 letters, digits, "-" and "_", got/);
    },
  );
});

describe("reasonOf", () => {
  it("is the event's; a run that nobody explains is manual", () => {
    expect(reasonOf({ trigger: "automation", note: "quarterly review" })).toEqual({
      trigger: "automation",
      note: "quarterly review",
    });
    expect(reasonOf({})).toEqual({ trigger: "manual", note: "" });
  });

  it.each([{ trigger: "someone" }, { note: 7 }, { note: "x".repeat(201) }])("refuses %j", (event) => {
    expect(() => reasonOf(event as never)).toThrow(/(trigger|note): expected .*, got/);
  });
});

describe("parseEventDataStore", () => {
  const id = "0f3c9f3e-6b1d-4c56-9a8e-1d2f3a4b5c6d";

  it.each([
    [id, { id, region: "" }],
    [`arn:aws:cloudtrail:eu-west-1:123456789012:eventdatastore/${id}`, { id, region: "eu-west-1" }],
    [`arn:aws-us-gov:cloudtrail:us-gov-west-1:123456789012:eventdatastore/${id}`, { id, region: "us-gov-west-1" }],
  ])("reads %s", (text, expected) => {
    expect(parseEventDataStore(text)).toEqual(expected);
  });

  it.each(["abc", "", `${id}x`, `arn:aws:cloudtrail:eu-west-1:123456789012:trail/${id}`, ` ${id}`])(
    "refuses %j",
    (text) => {
      expect(parseEventDataStore(text)).toBeNull();
    },
  );
});
