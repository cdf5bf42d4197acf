import { parse } from "csv-parse/sync";
import { type Changes, grantedAndRevoked, openChanges, sinceReport } from "../../handlers/files/changes/changes";
import { evidenceOf, type RowSources, revokedBy } from "../../handlers/files/rows";
import type { AssignmentEvent } from "../../handlers/model";
import { allRows, csvOf, READ_SET, rowWith, type SmallOrganisation, sourcesOf } from "../support/reportRows";

// Access that was given and taken between two reports is in neither: the events of assignments alone tell of it.

const EARLIER = "2026-11-15T12:00:00Z";
const GONE_SET = `${READ_SET.slice(0, -1)}9`;
const PREFIX = "906700aaaa-";
const VISITOR = "11111111-2222-4333-8444-555555555555";
const on = (instant: string) => Date.parse(instant);
const at = (day: number, hour = 12) =>
  `2026-11-${String(day).padStart(2, "0")}T${String(hour).padStart(2, "0")}:00:00Z`;

let number = 0;
const event = (kind: AssignmentEvent["kind"], atText: string, more: Partial<AssignmentEvent> = {}) => ({
  ...{ id: `e-${++number}`, kind, atMs: on(atText), principalType: "USER" as const, principalId: VISITOR, by: kind },
  ...more,
});
/** Given on one day and taken on another. */
const stay = (from: string, to: string, more: Partial<AssignmentEvent> = {}) => [
  event("deleted", to, more),
  event("created", from, more),
];

const alice = { id: "u-alice", name: "alice" };
const organisation: SmallOrganisation = {
  users: [alice, { id: VISITOR, name: "visitor" }],
  groups: [{ id: "g-ops", name: "Ops", members: ["u-alice"] }],
  pairs: [["111111111111", 1, [["USER", "u-alice"]]]],
};
const withEvents = (...assignments: Partial<AssignmentEvent>[]) => sourcesOf({ ...organisation, assignments });

async function linesSince(sources: RowSources, before: RowSources, reportedAt = EARLIER) {
  const evidence = evidenceOf(sources);
  const csv = () => csvOf(allRows(before), 64);
  const between = await sinceReport(grantedAndRevoked(sources, evidence), evidence.users, reportedAt, csv);
  const changes: Changes = (await openChanges({ reportedAt, csv: csv(), sameSettings: true, between }))!;
  let text = changes.begin();
  for await (const piece of changes.rows(allRows(sources))) text += piece;
  for await (const piece of changes.end()) text += piece;
  const lines: Record<string, string>[] = parse(text, { columns: true });
  expect(changes.counts.GRANTED_AND_REVOKED).toBe(between.length);
  return lines;
}

const before = sourcesOf(organisation);
const short = (lines: Record<string, string>[]) =>
  lines.map((line) => [line.Change, line.Username || line.UserId || line.GroupName, line.AssignedAt, line.RevokedAt]);

test("has a line with who was given what, when and by whom, until when, and who took it", async () => {
  expect(await linesSince(withEvents(...stay(at(18), at(19))), before)).toEqual([
    {
      ...{ Change: "GRANTED_AND_REVOKED", Before: "", After: "", account: "111111111111", PermissionSetArn: READ_SET },
      ...{ PermissionSetName: "ReadOnly", Type: "USER", GroupId: "", GroupName: "NOGROUP", Username: "visitor" },
      ...{ UserId: VISITOR, LastLoginBefore: "", LastLoginAfter: "", PreviousReport: EARLIER, AssignedAt: at(18) },
      ...{ AssignedBy: "created", AccessType: "PERMISSION_SET", RoleArn: "", Decision: "", DecidedBy: "" },
      ...{ DecidedOn: "", RevokedAt: at(19), RevokedBy: "deleted" },
    },
  ]);
});

test("a group's is one line, whoever its members are; what is not known has its id", async () => {
  const group = { principalType: "GROUP", principalId: "g-ops" } as const;
  const unknown = { accountId: "999999999999", permissionSetArn: GONE_SET, principalId: "u-nobody" };
  const lines = await linesSince(withEvents(...stay(at(18), at(19), group), ...stay(at(17), at(19), unknown)), before);
  expect(
    lines.map(({ account, PermissionSetName, Type, GroupId, GroupName, Username, UserId }) => [
      ...[account, PermissionSetName, Type, GroupId, GroupName, Username, UserId],
    ]),
  ).toEqual([
    ["111111111111", "ReadOnly", "GROUP", "g-ops", "Ops", "", ""],
    ["999999999999", "", "USER", "", "NOGROUP", "", "u-nobody"],
  ]);
});

test("each time has its own, and ends are told apart by what was made before them", async () => {
  const events = [
    ...stay(at(16), at(17)),
    event("created", at(16, 15)),
    ...stay(at(18), at(20)),
    event("deleted", at(21)),
  ];
  expect(short(await linesSince(withEvents(...events), before))).toEqual([
    ["GRANTED_AND_REVOKED", "visitor", at(16), at(17)],
    ["GRANTED_AND_REVOKED", "visitor", at(18), at(20)],
  ]);
});

test.each<[what: string, events: Partial<AssignmentEvent>[]]>([
  ["ended before the earlier report", stay(at(13), at(14))],
  ["ended at the earlier report's present, which that one has told", stay(at(13), EARLIER)],
  ["ended after this report's present", stay(at(18), "2026-11-22T12:00:01Z")],
  ["has no time", stay(at(18), at(19)).map((one) => ({ ...one, atMs: Number.NaN }))],
  ["only ended", [event("deleted", at(19))]],
  ["was ended, and made afterwards", stay(at(19), at(18))],
  ["is there now", stay(at(18), at(19), { principalId: "u-alice" })],
])("says nothing of what %s", async (_, events) => {
  expect(await linesSince(withEvents(...events), before)).toEqual([]);
});

test("what the earlier report had is revoked, and no more", async () => {
  const pairs: SmallOrganisation["pairs"] = [
    [
      "111111111111",
      1,
      [
        ["USER", "u-alice"],
        ["USER", VISITOR],
      ],
    ],
  ];
  const had = sourcesOf({ ...organisation, pairs });
  expect(short(await linesSince(withEvents(...stay(at(18), at(19))), had))).toEqual([["REVOKED", "visitor", "", ""]]);
});

test("a user's id is the same with and without the store's digits before it", async () => {
  const id = `${PREFIX}${VISITOR}`;
  const longer = { ...organisation, users: [alice, { id, name: "visitor" }] };
  const store = (sources: RowSources) => ({
    ...sources,
    settings: { ...sources.settings, identityStoreId: "d-906700aaaa" },
  });
  const there: SmallOrganisation["pairs"] = [["111111111111", 1, [["USER", id]]]];
  const events = [event("created", at(18), { principalId: id }), event("deleted", at(19))];
  const now = store(sourcesOf({ ...longer, assignments: events }));

  expect(await linesSince(now, store(before))).toMatchObject([{ Change: "GRANTED_AND_REVOKED", UserId: id }]);
  const again = store(sourcesOf({ ...longer, pairs: there, assignments: events }));
  expect(grantedAndRevoked(again, evidenceOf(again))).toEqual([]);
  expect(short(await linesSince(now, store(sourcesOf({ ...longer, pairs: there }))))).toEqual([
    ["GRANTED", "alice", "", ""],
    ["REVOKED", "visitor", "", ""],
  ]);
});

test("stands in the order of the report, between what is granted, revoked and gone; a set that is gone has its earlier name", async () => {
  const accounts = ["000000000001", "111111111111", "222222222222", "333333333333"];
  const events = accounts.flatMap((accountId) => stay(at(18), at(19), { accountId }));
  const goneSet = stay(at(18), at(19), { accountId: "222222222222", permissionSetArn: GONE_SET });
  const now = sourcesOf({
    ...organisation,
    pairs: [
      [
        "111111111111",
        1,
        [
          ["USER", "u-alice"],
          ["GROUP", "g-ops"],
        ],
      ],
    ],
    assignments: [...events, ...goneSet],
  });
  const rows = ["111111111111", "222222222222"].flatMap((account) => [
    ...(account < "2" ? [] : [rowWith({ account, PermissionSetArn: GONE_SET, PermissionSetName: "Gone" })]),
    rowWith({ account, Username: "zoe", UserId: "u-zoe" }),
  ]);
  const evidence = evidenceOf(now);
  const csv = () => csvOf(rows, 64);
  const between = await sinceReport(grantedAndRevoked(now, evidence), evidence.users, EARLIER, csv);
  const changes = (await openChanges({ reportedAt: EARLIER, csv: csv(), sameSettings: true, between }))!;
  let text = changes.begin();
  for await (const piece of changes.rows(allRows(now))) text += piece;
  for await (const piece of changes.end()) text += piece;

  const lines: Record<string, string>[] = parse(text, { columns: true });
  expect(lines.map((line) => [line.account, line.PermissionSetName, line.Type, line.Change])).toEqual([
    ["000000000001", "ReadOnly", "USER", "GRANTED_AND_REVOKED"],
    ["111111111111", "ReadOnly", "GROUP", "GRANTED"],
    ["111111111111", "ReadOnly", "GROUP", "REVOKED"],
    ["111111111111", "ReadOnly", "USER", "GRANTED"],
    ["111111111111", "ReadOnly", "USER", "GRANTED_AND_REVOKED"],
    ["222222222222", "Gone", "GROUP", "REVOKED"],
    ["222222222222", "Gone", "USER", "GRANTED_AND_REVOKED"],
    ["222222222222", "ReadOnly", "GROUP", "REVOKED"],
    ["222222222222", "ReadOnly", "USER", "GRANTED_AND_REVOKED"],
    ["333333333333", "ReadOnly", "USER", "GRANTED_AND_REVOKED"],
  ]);
});

test("keeps that order within a pair that is gone altogether and fills more than one piece", async () => {
  const rows = Array.from({ length: 12_000 }, (_, index) => {
    const name = `u-${String(index).padStart(6, "0")}`;
    return rowWith({ Type: "USER", GroupId: "", GroupName: "NOGROUP", Username: name, UserId: name });
  });
  const user = { id: "u-002000b", name: "u-002000b" };
  const now = sourcesOf({ users: [user], assignments: stay(at(18), at(19), { principalId: user.id }) });
  const evidence = evidenceOf(now);
  const between = await sinceReport(grantedAndRevoked(now, evidence), evidence.users, EARLIER, () => csvOf(rows));
  const changes = (await openChanges({ reportedAt: EARLIER, csv: csvOf(rows), sameSettings: true, between }))!;
  let text = changes.begin();
  for await (const piece of changes.end()) text += piece;

  const names = (parse(text, { columns: true }) as Record<string, string>[]).map(({ Username }) => Username!);
  expect(names).toHaveLength(12_001);
  expect(names).toEqual([...names].sort());
});

test("who took away what is revoked is told, too, where the newest event since the earlier report ended it", () => {
  const sources = withEvents(
    ...stay(at(10), at(19), { principalId: "u-zoe", by: "max" }),
    ...stay(at(10), at(14), { principalId: "u-old" }),
    ...[event("deleted", at(17), { principalId: "u-back" }), event("created", at(18), { principalId: "u-back" })],
  );
  const evidence = evidenceOf(sources);
  const of = (UserId: string) =>
    revokedBy(evidence, rowWith({ Type: "USER", GroupId: "", GroupName: "NOGROUP", UserId }), on(EARLIER));
  expect(of("u-zoe")).toEqual({ revokedAt: at(19), revokedBy: "max" });
  for (const other of ["u-old", "u-back", "u-nobody"]) expect(of(other)).toEqual({ revokedAt: "", revokedBy: "" });
});
