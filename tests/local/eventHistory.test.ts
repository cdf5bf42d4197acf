import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LookupEventsCommand, type LookupEventsCommandInput } from "@aws-sdk/client-cloudtrail";
import type { Fault } from "../../local/aws";
import { createThrottle } from "../../local/aws/throttle";
import { clients, failure, many, organisation, start, stopAll } from "./support";

const owner = "111122223333";
const other = "444455556666";
const now = "2026-11-20T09:00:00Z";
const record = (parts: object) => ({
  eventSource: "sso.amazonaws.com",
  eventName: "Federate",
  awsRegion: "us-east-1",
  readOnly: true,
  eventCategory: "Management",
  managementEvent: true,
  recipientAccountId: owner,
  ...parts,
});
const at = (secondsAgo: number) => new Date(Date.parse(now) - secondsAgo * 1000).toISOString().replace(".000Z", "Z");
const DAY = 86_400;

/** 60 events, one a minute, the newest first in time, in the order of a shuffled file. */
const minutes = many(60, (index) => {
  const minute = (index * 7) % 60;
  return record({ eventID: `minute-${minute}`, eventTime: at(60 * (minute + 1)), eventName: "Minute" });
});
const Records = [
  ...minutes,
  record({ eventID: "elsewhere", eventTime: at(600), awsRegion: "eu-west-1", eventName: "Place" }),
  record({ eventID: "others", eventTime: at(600), recipientAccountId: other, eventName: "Place" }),
  record({ eventID: "data", eventTime: at(600), eventCategory: "Data", managementEvent: false, eventName: "Place" }),
  record({ eventID: "here", eventTime: at(600), eventName: "Place" }),
  record({ eventID: "too-old", eventTime: at(90 * DAY + 60), eventName: "Old" }),
  record({ eventID: "just-kept", eventTime: at(90 * DAY - 3600), eventName: "Old" }),
  record({ eventID: "not-yet", eventTime: at(-3600), eventName: "Late" }),
  record({ eventID: "first", eventTime: at(5), eventName: "Late" }),
  record({ eventID: "tie-1", eventTime: at(100), eventName: "Tie" }),
  record({ eventID: "tie-2", eventTime: at(100), eventName: "Tie" }),
  {
    eventTime: at(50),
    eventSource: "sso.amazonaws.com",
    eventName: "Bare",
    userIdentity: { type: "IdentityCenterUser" },
  },
  record({
    eventTime: at(70),
    eventName: "Bare",
    eventSource: "portal.example.com",
    readOnly: false,
    userIdentity: { type: "AssumedRole", principalId: "AROA1:session", accessKeyId: "ASIA1" },
  }),
];

const folder = mkdtempSync(join(tmpdir(), "event-history-"));
let local: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  local = await start({ Records });
});
afterEach(() => local.aws.inject([]));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await stopAll();
});

const named = (AttributeValue: string) => ({
  LookupAttributes: [{ AttributeKey: "EventName" as const, AttributeValue }],
});
const lookUp = (input: LookupEventsCommandInput, { trail } = local) => trail.send(new LookupEventsCommand(input));
const idsOf = async (input: LookupEventsCommandInput, from = local) =>
  ((await lookUp(input, from)).Events ?? []).map(({ EventId }) => EventId);
const allPages = async (input: LookupEventsCommandInput, from = local) => {
  const pages: (string | undefined)[][] = [];
  for (let NextToken: string | undefined; ; ) {
    const page = await lookUp({ ...input, NextToken }, from);
    pages.push((page.Events ?? []).map(({ EventId }) => EventId));
    NextToken = page.NextToken;
    if (NextToken === undefined) return pages;
  }
};
const refused = async (input: object) => (await failure(lookUp(input as LookupEventsCommandInput))).name;

describe("what is found", () => {
  test("is of this account and of the Region that the request is signed for, management events only", async () => {
    expect(await idsOf(named("Place"))).toEqual(["here"]);
    const elsewhere = { ...local, ...clients(local.aws.url, {}, "eu-west-1") };
    expect(await idsOf(named("Place"), elsewhere)).toEqual(["elsewhere"]);
    const nowhere = { ...local, ...clients(local.aws.url, {}, "ap-south-1") };
    expect(await idsOf(named("Place"), nowhere)).toEqual([]);
  });

  test("is not older than 90 days, whatever is asked for, and not of the future", async () => {
    expect(await idsOf({ ...named("Old"), StartTime: new Date("2026-01-01T00:00:00Z") })).toEqual(["just-kept"]);
    expect(await idsOf({ ...named("Late"), EndTime: new Date("2027-01-01T00:00:00Z") })).toEqual(["first"]);
  });

  test("is of every service, and of the one attribute that is asked for", async () => {
    const sources = ((await lookUp(named("Bare"))).Events ?? []).map(({ EventSource }) => EventSource);
    expect(sources).toEqual(["sso.amazonaws.com", "portal.example.com"]);
    const ask = (AttributeKey: "EventSource" | "ReadOnly", AttributeValue: string) =>
      idsOf({ LookupAttributes: [{ AttributeKey, AttributeValue }] });
    expect(await ask("EventSource", "portal.example.com")).toHaveLength(1);
    expect(await ask("ReadOnly", "false")).toHaveLength(1);
    const everything = (await allPages({})).flat();
    expect(everything).toHaveLength(Records.length - 5);
    const wrong = { LookupAttributes: [{ AttributeKey: "Username", AttributeValue: "x" }] };
    expect((await failure(lookUp(wrong as LookupEventsCommandInput))).message).toContain("LookupEvents with Username");
  });

  test("has both ends of the time, in whole seconds", async () => {
    const between = (StartTime: string, EndTime: string) =>
      idsOf({ ...named("Minute"), StartTime: new Date(StartTime), EndTime: new Date(EndTime) });
    expect(await between(at(180), at(60))).toEqual(["minute-0", "minute-1", "minute-2"]);
    expect(await between(at(179), at(61))).toEqual(["minute-1"]);
    expect(await between(at(120).replace("Z", ".900Z"), at(120).replace("Z", ".950Z"))).toEqual(["minute-1"]);
  });
});

describe("an event", () => {
  test("has members of its record, and the record as a text", async () => {
    const [bare, session] = (await lookUp(named("Bare"))).Events ?? [];
    expect(session).toMatchObject({
      EventName: "Bare",
      EventTime: new Date(at(70)),
      EventSource: "portal.example.com",
      ReadOnly: "false",
      Username: "session",
      AccessKeyId: "ASIA1",
    });
    expect(JSON.parse(session!.CloudTrailEvent!)).toMatchObject({ ...Records.at(-1), eventID: session!.EventId });
    expect([bare?.Username, bare?.ReadOnly]).toEqual([undefined, undefined]);
  });

  test("that lacks an id, a Region or an account has them by its place, primary Region and owner", async () => {
    const [bare] = (await lookUp(named("Bare"))).Events ?? [];
    const eventID = `00000000-0000-4000-8000-${String(Records.length - 2).padStart(12, "0")}`;
    expect(bare?.EventId).toBe(eventID);
    const completed = { eventID, awsRegion: "us-east-1", recipientAccountId: owner };
    expect(JSON.parse(bare!.CloudTrailEvent!)).toMatchObject(completed);
  });

  test("is the same out of a file", async () => {
    const file = join(folder, "organisation.json");
    writeFileSync(file, JSON.stringify({ ...organisation({ Records }), Users: [{ UserId: "ü" }] }, null, 1));
    const ofFile = await start({}, { organisation: file });
    for (const input of [{}, named("Minute"), named("Bare")]) {
      expect((await lookUp(input, ofFile)).Events).toEqual((await lookUp(input)).Events);
    }
  });
});

describe("pages", () => {
  const newestFirst = many(60, (minute) => `minute-${minute}`);

  test("hold 50 events or fewer, the newest first, ties in one order", async () => {
    expect((await allPages(named("Minute"))).map(({ length }) => length)).toEqual([50, 10]);
    expect((await allPages({ ...named("Minute"), MaxResults: 7 })).flat()).toEqual(newestFirst);
    expect(await idsOf(named("Tie"))).toEqual(["tie-2", "tie-1"]);
    expect(await refused({ MaxResults: 51 })).toBe("InvalidMaxResultsException");
    expect(await refused({ MaxResults: 0 })).toBe("InvalidMaxResultsException");
  });

  test("follow by a token that is good for the same parameters only", async () => {
    const ask = { ...named("Minute"), StartTime: new Date(at(7200)), EndTime: new Date(now), MaxResults: 10 };
    const { NextToken } = await lookUp(ask);
    expect(await idsOf({ ...ask, NextToken })).toEqual(newestFirst.slice(10, 20));
    const others = [named("Place"), { MaxResults: 11 }, { StartTime: new Date(at(7000)) }, { EndTime: undefined }];
    for (const changed of others)
      expect(await refused({ ...ask, ...changed, NextToken })).toBe("InvalidNextTokenException");
    const elsewhere = clients(local.aws.url, {}, "eu-west-1");
    const there = await failure(elsewhere.trail.send(new LookupEventsCommand({ ...ask, NextToken })));
    expect(there.name).toBe("InvalidNextTokenException");
  });
});

test.each([
  ["InvalidTimeRangeException", { StartTime: new Date(at(10)), EndTime: new Date(at(20)) }],
  [
    "InvalidLookupAttributesException",
    { LookupAttributes: [...named("a").LookupAttributes, ...named("b").LookupAttributes] },
  ],
  ["InvalidLookupAttributesException", { LookupAttributes: [{ AttributeKey: "Region", AttributeValue: "x" }] }],
  ["InvalidLookupAttributesException", { LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "" }] }],
  ["InvalidLookupAttributesException", named("_".repeat(1001))],
  ["InvalidEventCategoryException", { EventCategory: "Insight" }],
  ["InvalidNextTokenException", { NextToken: "50" }],
])("%s", async (name, input) => {
  expect(await refused(input)).toBe(name);
});

test("two requests a second pass, in each account and Region", () => {
  let time = 0;
  const throttle = createThrottle(1, () => time);
  const passing = (place: string) =>
    many(10, () => throttle("cloudtrail", "LookupEvents", place)).filter(Boolean).length;
  expect([passing(`${owner} us-east-1`), passing(`${owner} eu-west-1`), passing(`${other} us-east-1`)]).toEqual([
    2, 2, 2,
  ]);
  expect(passing(`${owner} us-east-1`)).toBe(0);
  time = 1500;
  expect(passing(`${owner} us-east-1`)).toBe(2);
});

test("the third request of a second is refused by AWS's name for it", async () => {
  const slow = await start({ Records }, { rate: 0.5 });
  await lookUp({}, slow);
  expect(await failure(lookUp({}, slow))).toMatchObject({ name: "ThrottlingException", status: 400 });
  await lookUp({}, { ...slow, ...clients(slow.aws.url, {}, "eu-west-1") });
});

describe("faults", () => {
  const operation = "cloudtrail:LookupEvents";
  const inject = (fault: Partial<Fault> & Pick<Fault, "kind">) => local.aws.inject([{ operation, ...fault }]);

  test("eventsArriveLate: an event shows only then", async () => {
    inject({ kind: "eventsArriveLate", ms: 600_000 });
    expect((await idsOf({ ...named("Minute"), MaxResults: 1 }))[0]).toBe("minute-9");
    inject({ kind: "eventsArriveLate" });
    expect((await idsOf({ ...named("Minute"), MaxResults: 1 }))[0]).toBe("minute-14");
  });

  test("repeatedEvent: a page begins with the last event of the one before, and none is lost", async () => {
    const ask = { ...named("Minute"), MaxResults: 20 };
    inject({ kind: "repeatedEvent" });
    const pages = await allPages(ask);
    expect(pages[0]?.slice(0, 3)).toEqual(["minute-0", "minute-0", "minute-1"]);
    expect(pages[1]?.[0]).toBe(pages[0]?.at(-1));
    expect(pages.map(({ length }) => length)).toEqual([20, 20, 20, 4]);
    expect([...new Set(pages.flat())]).toEqual(many(60, (minute) => `minute-${minute}`));
    inject({ kind: "repeatedEvent", at: 2 });
    expect((await allPages(ask)).flat()).toHaveLength(61);
  });

  test("expiredNextToken: what was listed so far is not gone on with", async () => {
    inject({ kind: "expiredNextToken" });
    const { NextToken } = await lookUp(named("Minute"));
    expect(await refused({ ...named("Minute"), NextToken })).toBe("InvalidNextTokenException");
  });

  test("withoutRecord, recordNotJson: the outer members are there", async () => {
    inject({ kind: "withoutRecord" });
    const [without] = (await lookUp(named("Place"))).Events ?? [];
    expect([without?.EventId, without?.CloudTrailEvent]).toEqual(["here", undefined]);
    inject({ kind: "recordNotJson" });
    const [broken] = (await lookUp(named("Place"))).Events ?? [];
    expect(() => JSON.parse(broken!.CloudTrailEvent!)).toThrow(SyntaxError);
  });

  test("are of one Region where they say so", async () => {
    const elsewhere = { ...local, ...clients(local.aws.url, {}, "eu-west-1") };
    for (const [kind, name, status] of [
      ["regionDisabled", "UnrecognizedClientException", 400],
      ["optInRequired", "OptInRequired", 403],
      ["accessDenied", "AccessDeniedException", 400],
    ] as const) {
      inject({ kind, region: "eu-west-1" });
      expect(await failure(lookUp({}, elsewhere))).toMatchObject({ name, status });
      await lookUp({});
    }
    inject({ kind: "slow", ms: 50, region: "eu-west-1" });
    const before = performance.now();
    await lookUp({}, elsewhere);
    expect(performance.now() - before).toBeGreaterThanOrEqual(45);
  });
});

test("records that are none are said, with their place", async () => {
  const broken = await start({ Records: [record({ eventTime: at(1) }), { eventTime: "yesterday" }] });
  expect((await failure(lookUp({}, broken))).message).toContain(
    'Records[1].eventTime: expected a time, got "yesterday"',
  );
});
