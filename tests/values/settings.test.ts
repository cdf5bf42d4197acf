import { parseEventDataStore, reasonOf, runIdOf, settingsOf } from "../../handlers/settings";

const ENVIRONMENT = {
  EVENT_DATA_STORE: "0f3c9f3e-6b1d-4c56-9a8e-1d2f3a4b5c6d",
  INSTANCE_ARN: "arn:aws:sso:::instance/ssoins-7223aaaabbbbcccc",
  IDENTITY_STORE_ID: "d-906700aaaa",
  LOOKBACK_DAYS: "90",
  NEW_ACCESS_DAYS: "14",
  REQUESTS_PER_SECOND: "15",
};

describe("settingsOf", () => {
  it("reads the function's environment", () => {
    expect(settingsOf({ ...ENVIRONMENT, CREDENTIAL_REPORT_NOW: "2026-11-20T09:00:00.987Z" }, {})).toEqual({
      eventDataStore: ENVIRONMENT.EVENT_DATA_STORE,
      instanceArn: ENVIRONMENT.INSTANCE_ARN,
      identityStoreId: ENVIRONMENT.IDENTITY_STORE_ID,
      lookbackDays: 90,
      newAccessDays: 14,
      requestsPerSecond: 15,
      administratorPermissionSets: [],
      reviewerPattern: "",
      now: "2026-11-20T09:00:00Z",
    });
  });

  it("reads who counts as administrator, and who reviews", () => {
    const named = {
      ADMINISTRATOR_PERMISSION_SETS: '["BreakGlass","Platform,Admin"]',
      REVIEWER_PATTERN: "^team-(\\w+)",
    };
    expect(settingsOf({ ...ENVIRONMENT, ...named }, {})).toMatchObject({
      administratorPermissionSets: ["BreakGlass", "Platform,Admin"],
      reviewerPattern: "^team-(\\w+)",
    });
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

  it.each([0, 3654, 1.5, "1e2", "ninety", -1])("refuses lookbackDays %j", (lookbackDays) => {
    expect(() => settingsOf(ENVIRONMENT, { lookbackDays })).toThrow(
      /lookbackDays: expected an integer from 1 to 3653, got/,
    );
  });

  it("names the variable that is missing", () => {
    expect(() => settingsOf({ ...ENVIRONMENT, INSTANCE_ARN: undefined }, {})).toThrow(/INSTANCE_ARN is not set/);
  });
});

describe("runIdOf", () => {
  it("is the event's, else Lambda's request id", () => {
    expect(runIdOf({ runId: "run-1" }, "request-1")).toBe("run-1");
    expect(runIdOf({}, "request-1")).toBe("request-1");
  });

  it.each(["../x", "a b", "x".repeat(65), "a/b"])("refuses %j, which would become part of a key", (runId) => {
    expect(() => runIdOf({ runId }, "request-1")).toThrow(/runId: expected 1 to 64 letters, digits and "-", got/);
  });
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
