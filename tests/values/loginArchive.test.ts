import { gunzipSync, gzipSync } from "node:zlib";
import {
  archiveFileName,
  archiveFileOf,
  isRegionName,
  partOfFile,
  partText,
  type QuarterPart,
} from "../../handlers/logins/archive";
import { windowWithin } from "../../handlers/logins/eventHistory";
import { laterSentence } from "../../handlers/logins/historyRegion";
import { quarterFrom, quarterOf, quartersBetween } from "../../handlers/logins/quarters";

// One file of the login archive: what stands in it, and that nothing but that is taken for it.

const fromMs = Date.parse("2026-11-20T06:00:00Z");
const owner = { instanceArn: "arn:aws:sso:::instance/ssoins-0123456789abcdef", identityStoreId: "d-9067012345" };
const names = ["Federate", "GetRoleCredentials"];
const login = (userId: string, firstMs: number, lastConsoleMs: number | null, lastProgrammaticMs: number | null) => ({
  ...{ userId, principalId: "", userName: "", accountId: "111122223333", roleName: 'A=b,"c"\n' },
  ...{ firstMs, lastConsoleMs, lastProgrammaticMs, count: 2 },
});
const part: QuarterPart = {
  fromMs,
  events: { GetRoleCredentials: 2, Federate: 3 },
  logins: [login("b", fromMs + 1000, fromMs + 5000, null), login("a", fromMs, null, fromMs + 21_599_000)],
  assignments: [
    {
      ...{
        id: "e1",
        kind: "created",
        atMs: fromMs + 7,
        accountId: "111122223333",
        permissionSetArn: "arn:aws:sso:::x",
      },
      ...{ principalType: "GROUP", principalId: "g", by: "arn:aws:iam::111122223333:user/ä" },
    },
  ],
  removedRegions: ["ap-southeast-2", ""],
  records: ['{"eventName":"Federate"}'],
};
const byId = (read: QuarterPart) => ({
  ...read,
  logins: [...read.logins].sort((a, b) => (a.userId < b.userId ? -1 : 1)),
  removedRegions: [...read.removedRegions].sort(),
});

async function fileOf(change: (text: string) => string = (text) => text): Promise<Buffer> {
  return archiveFileOf(change(partText("eu-west-1", part, owner)));
}
const read = (bytes: Buffer, expected = names) => partOfFile(bytes, "eu-west-1", fromMs, owner, expected);

test("what goes in comes out, whatever the order of its events", async () => {
  const bytes = await fileOf();
  const found = await read(bytes);
  expect("part" in found && byId(found.part)).toEqual(byId(part));
  const turned = { ...part, logins: [...part.logins].reverse(), removedRegions: [...part.removedRegions].reverse() };
  expect(await archiveFileOf(partText("eu-west-1", turned, owner))).toEqual(bytes);
});

test("its first line says what it is of", async () => {
  const [head = ""] = gunzipSync(await fileOf())
    .toString("utf8")
    .split("\n");
  expect(JSON.parse(head)).toEqual({
    ...{ format: 1, ...owner, region: "eu-west-1", from: "2026-11-20T06:00:00Z", to: "2026-11-20T12:00:00Z" },
    ...{ events: { Federate: 3, GetRoleCredentials: 2 }, lines: 6 },
  });
});

test.each<[string, (text: string) => string, RegExp]>([
  ["another format", (text) => text.replace('"format":1', '"format":0'), /has the format 0/],
  ["another instance", (text) => text.replace("ssoins-0", "ssoins-1"), /is of another instanceArn/],
  ["another store", (text) => text.replace("d-9067012345", "d-9067012346"), /is of another identityStoreId/],
  ["another Region", (text) => text.replace("eu-west-1", "eu-west-2"), /is of another region/],
  ["another quarter", (text) => text.replace("T06:", "T00:"), /is of another from/],
  ["a line less", (text) => text.replace(/\n[^\n]*\n$/, "\n"), /has 5 lines after its first, which says 6/],
  ["a line more", (text) => `${text}["record","x"]\n`, /has 7 lines/],
  ["no end", (text) => text.slice(0, -1), /is cut short/],
  ["nothing", () => "", /no JSON/],
  ["no JSON", (text) => text.replace('["record"', "[record"), /no JSON/],
  ["a login without count", (text) => text.replace(/(\["login".*),2\]/, "$1]"), /no login/],
  ["a login of another time", (text) => text.replace("21599000", "21600000"), /no login/],
  ["an assignment of nothing known", (text) => text.replace('"GROUP"', '"ROBOT"'), /no assignment/],
  ["a kind that is not known", (text) => text.replace('["record"', '["lore"'), /not known/],
  ["events that are no number", (text) => text.replace('"Federate":3', '"Federate":-1'), /how many events/],
])("one with %s is not used, and said", async (_, change, why) => {
  expect(await read(await fileOf(change))).toEqual({ unusable: expect.stringMatching(why) });
});

test("one that does not tell of an event which is read now is not used", async () => {
  const found = await read(await fileOf(), [...names, "RemoveRegion"]);
  expect(found).toEqual({ unusable: "does not tell of RemoveRegion" });
});

test("of the bytes none may be missing, or more", async () => {
  const bytes = await fileOf();
  for (let length = 0; length < bytes.length; length++) {
    expect(await read(bytes.subarray(0, length))).toEqual({ unusable: expect.stringMatching(/damaged or cut short/) });
  }
  const twice = Buffer.concat([bytes, gzipSync('["record","x"]\n')]);
  expect(await read(twice)).toEqual({ unusable: expect.stringMatching(/7 lines/) });
});

test("names are computed, and are of Regions alone", () => {
  expect(archiveFileName("eu-west-1", fromMs)).toBe("logins/eu-west-1/2026-11-20T060000Z.jsonl.gz");
  expect(["eu-west-1", "us-gov-west-1", "ap-southeast-2"].every(isRegionName)).toBe(true);
  expect(["", "..", "eu-west-1/..", "EU-WEST-1", "eu"].some(isRegionName)).toBe(false);
});

test("quarters begin at 00, 06, 12 and 18 h", () => {
  const at = (time: string) => Date.parse(`2026-11-20T${time}Z`);
  expect(quarterOf(at("11:59:59"))).toBe(at("06:00:00"));
  expect([at("06:00:00"), at("06:00:01")].map(quarterFrom)).toEqual([at("06:00:00"), at("12:00:00")]);
  const between = quartersBetween(at("00:00:00"), at("18:00:00"));
  expect(between).toEqual(["00", "06", "12", "18"].map((hour) => at(`${hour}:00:00`)));
});

test.each([
  ["2026-11-20T09:00:00Z", 60, "2026-09-21T12:00:00Z"],
  ["2026-11-20T06:00:00Z", 60, "2026-09-21T06:00:00Z"],
  // As long as events are kept: up to a day later.
  ["2026-11-20T09:00:00Z", 90, "2026-08-23T06:00:00Z"],
  ["2026-11-20T06:00:00Z", 90, "2026-08-23T06:00:00Z"],
  ["2026-11-20T09:00:00Z", 89, "2026-08-23T12:00:00Z"],
  ["2026-11-20T09:00:00Z", 120, "2026-07-23T12:00:00Z"],
])("until %s, %i days begin on %s", (to, days, from) => {
  const asked = new Date(Date.parse(to) - days * 86_400_000).toISOString().replace(".000Z", "Z");
  expect(windowWithin({ from: asked, to })).toEqual({ from, to });
});

test("a run that cannot read all says by when the harvest will have, or what to set where it never will", () => {
  const nowMs = Date.parse("2026-11-20T09:00:00Z");
  const busy = { region: "eu-west-1", hours: 30, eventsADay: 400_000, readADay: 6_480_000 };
  expect(laterSentence(busy, nowMs)).toMatch(/about 30 hours, .* will have it by about 2026-11-21T21:00:00Z$/);
  const tooBusy = { ...busy, eventsADay: 7_000_000 };
  expect(laterSentence(tooBusy, nowMs)).toMatch(/about 7000000 events a day, and 6480000 can be .* Set trailTable/);
  expect(laterSentence({ ...busy, hours: 169 }, nowMs)).toMatch(/Set trailTable/);
});
