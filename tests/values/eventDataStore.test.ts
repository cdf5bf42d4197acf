import { observedBy, recordsLogins, type StoreProperties } from "../../handlers/logins/eventDataStore";

const management = { Field: "eventCategory", Equals: ["Management"] };
const data = { Field: "eventCategory", Equals: ["Data"] };
const sso = ["sso.amazonaws.com"];

describe("recordsLogins", () => {
  it.each([
    ["all management events", [[management]]],
    ["management events but for KMS", [[management, { Field: "eventSource", NotEquals: ["kms.amazonaws.com"] }]]],
    ["data events, and in another selector management events", [[data], [management]]],
    ["just the two login events", [[management, { Field: "eventName", Equals: ["Federate", "GetRoleCredentials"] }]]],
    ["both types of login events", [[management, { Field: "eventType", Equals: ["AwsServiceEvent", "AwsApiCall"] }]]],
    ["an operator that is null", [[{ ...management, StartsWith: null }]]],
  ])("sees logins with %s", (_, selectors) => {
    expect(recordsLogins(selectors.map((FieldSelectors) => ({ Name: "all", FieldSelectors })))).toBe(true);
  });

  it.each([
    ["data events alone", [data]],
    ["console logins alone", [management, { Field: "eventName", Equals: ["Federate"] }]],
    ["one login event left out", [management, { Field: "eventName", NotEquals: ["GetRoleCredentials"] }]],
    ["Identity Center left out", [management, { Field: "eventSource", NotEquals: sso }]],
    ["another source alone", [management, { Field: "eventSource", Equals: ["s3.amazonaws.com"] }]],
    ["one type of event alone", [management, { Field: "eventType", Equals: ["AwsServiceEvent"] }]],
    ["writes alone", [management, { Field: "readOnly", Equals: ["false"] }]],
    ["sources by their beginning", [management, { Field: "eventSource", StartsWith: ["s"] }]],
    ["an operator that nobody knows", [management, { Field: "eventSource", Matches: ["sso.*"] }]],
    ["one beside an operator that is known", [management, { Field: "eventSource", Equals: sso, Unless: ["Monday"] }]],
    ["no operator", [management, { Field: "eventSource" }]],
    ["an operator without values", [management, { Field: "eventSource", NotEquals: [] }]],
    ["a text in place of a list", [management, { Field: "eventSource", Equals: "sso.amazonaws.com" }]],
    ["a field that every object has", [management, { Field: "constructor", NotEquals: ["x"] }]],
    ["a condition that is none", [management, null]],
    ["no category", [{ Field: "eventSource", Equals: sso }]],
    ["no condition", []],
    ["no list of conditions", undefined],
  ])("may miss logins with %s", (_, FieldSelectors) => {
    expect(recordsLogins([{ FieldSelectors }])).toBe(false);
  });

  it("may miss logins with a selector that says more than is understood", () => {
    expect(recordsLogins([{ FieldSelectors: [management], Sampling: 0.1 }])).toBe(false);
    expect(recordsLogins([null])).toBe(false);
  });
});

describe("observedBy", () => {
  const DAY = 86_400_000;
  const now = "2026-11-20T09:00:00Z";
  const nowMs = Date.parse(now);
  const daysAgo = (days: number) => new Date(nowMs - days * DAY).toISOString().replace(".000", "");
  const window = { from: daysAgo(90), to: now };
  const whole: StoreProperties = {
    RetentionPeriod: 2557,
    CreatedTimestamp: new Date("2023-01-01T00:00:00Z"),
    UpdatedTimestamp: new Date("2023-01-01T00:00:00Z"),
    Status: "ENABLED" as const,
    EventDataStoreArn: "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/0f1e2d3c-4b5a-4697-8877-665544332211",
    MultiRegionEnabled: true,
    AdvancedEventSelectors: [{ FieldSelectors: [management] }],
  };

  it("sees the whole window where every condition is fulfilled", () => {
    expect(observedBy(whole, window, nowMs)).toEqual({
      ...{ window, observedFrom: window.from, observedTo: window.to, onlyRegion: null, reason: null },
    });
    expect(observedBy({ ...whole, MultiRegionEnabled: false }, window, nowMs)).toMatchObject({
      ...{ onlyRegion: "eu-west-1", reason: null },
    });
  });

  it.each<[string, StoreProperties, RegExp]>([
    ["no date of creation", { CreatedTimestamp: undefined }, /does not say since when/],
    ["a date of creation that is none", { CreatedTimestamp: new Date("never") }, /does not say since when/],
    ["a date of creation in milliseconds", { CreatedTimestamp: new Date(1.7e15) }, /does not say since when/],
    ["no date of its last change", { UpdatedTimestamp: undefined }, /does not say since when/],
    ["a date of its last change that is none", { UpdatedTimestamp: new Date("never") }, /does not say since when/],
    ["no retention", { RetentionPeriod: undefined }, /does not say .* for how long/],
    ["a retention that is no number of days", { RetentionPeriod: "90" as unknown as number }, /for how long/],
    ["no word of its Regions", { MultiRegionEnabled: undefined }, /MultiRegionEnabled is missing/],
    [
      "one Region, and no word of which",
      { MultiRegionEnabled: false, EventDataStoreArn: undefined },
      /its own Region alone/,
    ],
    ["its ingestion stopped", { Status: "STOPPED_INGESTION" }, /is STOPPED_INGESTION, since .*: what it has is used/],
    ["no selectors", { AdvancedEventSelectors: undefined }, /AdvancedEventSelectors is missing or empty/],
    ["an empty list of selectors", { AdvancedEventSelectors: [] }, /AdvancedEventSelectors is missing or empty/],
    ["selectors that are no list", { AdvancedEventSelectors: {} }, /AdvancedEventSelectors is missing or empty/],
    ["selectors of data events", { AdvancedEventSelectors: [{ FieldSelectors: [data] }] }, /may leave logins out/],
  ])("does not see it with %s, and says so", (_, changes, reason) => {
    expect(observedBy({ ...whole, ...changes }, window, nowMs).reason).toMatch(reason);
  });

  it("begins a day later where the store keeps exactly as long", () => {
    const later = { from: daysAgo(89), to: now };
    const store = { ...whole, RetentionPeriod: 90 };

    expect(observedBy(store, window, nowMs + 2000)).toEqual({
      ...{ window: later, observedFrom: later.from, observedTo: later.to, onlyRegion: null, reason: null },
    });
    // Of what is asked about the day that is not read, nothing matters.
    const created = { ...store, CreatedTimestamp: new Date(later.from) };
    expect(observedBy(created, window, nowMs).reason).toBeNull();
  });

  it.each([
    [91, 0, 90, null],
    [89, 0, 90, /keeps events for 89 days, less than the window's 90/],
    // Of a present in the past: what has been deleted since counts.
    [91, 5 / 24, 90, null],
    [91, 1, 89, null],
    [91, 1.5, 89, null],
    [91, 2, 90, /by AWS's clock, those before 2026-08-23T09:00:00Z are deleted/],
    [2557, 400, 90, null],
    [2557, 2500, 90, /are deleted/],
  ])("of %d days kept, %d days after the present of the run: a window of %d days", (kept, after, days, reason) => {
    const observed = observedBy({ ...whole, RetentionPeriod: kept }, window, nowMs + after * DAY);

    expect(observed.window).toEqual({ from: daysAgo(days), to: now });
    expect(observed.reason).toEqual(reason === null ? null : expect.stringMatching(reason));
  });

  it("does not leave a window of nothing", () => {
    const day = { from: daysAgo(1), to: now };
    expect(observedBy({ ...whole, RetentionPeriod: 1 }, day, nowMs + 2000)).toMatchObject({
      window: day,
      reason: expect.stringMatching(/are deleted/),
    });
  });

  it("does not see a window that has not happened, and says both instants", () => {
    const { reason } = observedBy(whole, window, nowMs - DAY);
    expect(reason).toBe(
      "the window ends on 2026-11-20T09:00:00Z, which has not come: AWS's clock says 2026-11-19T09:00:00Z",
    );
  });

  it("minds no clock that AWS would take for right", () => {
    expect(observedBy(whole, window, nowMs - 4 * 60_000).reason).toBeNull();
    expect(observedBy(whole, window, nowMs - 6 * 60_000).reason).not.toBeNull();
  });

  it("does not see it where AWS does not say what time it is", () => {
    expect(observedBy(whole, window, null)).toMatchObject({
      observedFrom: null,
      reason: expect.stringMatching(/no Date/),
    });
  });
});
