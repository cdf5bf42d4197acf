import { createAssignedTo } from "../../handlers/logins/assigned";
import { createLoginUsers } from "../../handlers/logins/users";
import type { AssignmentEvent } from "../../handlers/model";

// What the events tell of an assignment; what that makes of a row is tests/oracle's matter.

const NOW = Date.parse("2026-11-22T12:00:00Z");
const SET = "arn:aws:sso:::permissionSet/ssoins-7223aaaabbbbcccc/ps-2222222222222222";
const UUID = "11111111-2222-4333-8444-555555555555";
const keyOf = createLoginUsers([], "d-906700aaaa").keyOf;

const event = (changes: Partial<AssignmentEvent> = {}): AssignmentEvent => ({
  id: "event-1",
  kind: "created",
  atMs: NOW - 5_000,
  accountId: "111111111111",
  permissionSetArn: SET,
  principalType: "GROUP",
  principalId: UUID,
  by: "arn:aws:iam::111122223333:user/zoe",
  ...changes,
});

const ofGroup = (events: readonly AssignmentEvent[], principalId = UUID) =>
  createAssignedTo(events, keyOf, NOW)("111111111111", SET, "GROUP", principalId);

it("is when the newest event made it, and who asked for it", () => {
  const older = event({ id: "event-2", atMs: NOW - 9_000, by: "max" });

  for (const events of [
    [event(), older],
    [older, event()],
  ]) {
    expect(ofGroup(events)).toEqual({
      atMs: NOW - 5_000,
      by: "arn:aws:iam::111122223333:user/zoe",
      ended: null,
      notBeforeMs: NOW - 5_000,
    });
  }
});

it("is the same for events in any order: of two at one instant, the one with the greater id", () => {
  const other = event({ id: "event-2", by: "max" });

  expect(ofGroup([event(), other])?.by).toBe("max");
  expect(ofGroup([other, event()])?.by).toBe("max");
});

it("knows that an assignment which was ended later, and is there, was made again, but not by whom", () => {
  const ended = event({ id: "event-2", kind: "deleted", atMs: NOW - 1_000, by: "max" });

  expect(ofGroup([event(), ended])).toMatchObject({ atMs: NOW - 5_000, notBeforeMs: NOW - 1_000 });
  expect(ofGroup([ended])).toEqual({ atMs: null, by: "", ended, notBeforeMs: NOW - 1_000 });
});

it("tells of the newest end, by whom, where nothing made it since", () => {
  const ended = event({ id: "event-2", kind: "deleted", atMs: NOW - 1_000, by: "max" });
  const before = event({ id: "event-3", kind: "deleted", atMs: NOW - 9_000, by: "zoe" });

  expect(ofGroup([ended, event(), before])?.ended).toBe(ended);
  expect(ofGroup([event(), before])?.ended).toBeNull();
});

it.each([
  ["after the present", NOW + 1],
  ["that is no time", Number.NaN],
  ["that is no time, as JSON has it", null as unknown as number],
  ["before 1970", -1],
  ["that no date has", Number.NEGATIVE_INFINITY],
])("leaves out an event of a time %s", (_what, atMs) => {
  expect(ofGroup([event({ atMs })])).toBeUndefined();
  expect(ofGroup([event({ atMs }), event()])).toMatchObject({ atMs: NOW - 5_000 });
});

it("counts an event of this very moment", () => {
  expect(ofGroup([event({ atMs: NOW })])).toMatchObject({ atMs: NOW });
});

it.each<[string, Partial<AssignmentEvent>]>([
  ["account", { accountId: "222222222222" }],
  ["permission set", { permissionSetArn: SET.replace("ps-2", "ps-3") }],
  ["kind of principal", { principalType: "USER" }],
  ["principal", { principalId: UUID.replace("1", "2") }],
  ["principal, in another store", { principalId: `0123456789-${UUID}` }],
])("leaves out an event of another %s", (_what, changes) => {
  expect(ofGroup([event(changes)])).toBeUndefined();
});

it("takes an id with the store's own digits in front of it, and without, for the same", () => {
  const prefixed = `906700aaaa-${UUID}`;

  expect(ofGroup([event({ principalId: prefixed })])).toBeDefined();
  expect(ofGroup([event()], prefixed)).toBeDefined();
});
