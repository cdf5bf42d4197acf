import { createMustBe } from "../../handlers/aws/mustBe";

const unexpected = (message: string) => expect.objectContaining({ name: "UnexpectedAnswer", message });
const thrownBy = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

test.each<[unknown, string]>([
  [undefined, "nothing"],
  [null, "nothing"],
  ["", '""'],
  ["two words", '"two words"'],
  ["\ud83d", '"\\ud83d"'],
  [5, "5"],
  [{ $unknown: ["GroupId", "g"] }, '{"$unknown":["GroupId","g"]}'],
  ["ä".repeat(200), `"${"ä".repeat(79)}…`],
])("no id: %j", (value, got) => {
  expect(thrownBy(() => createMustBe().id("UserId", value))).toEqual(unexpected(`UserId: expected an id, got ${got}`));
});

test.each(["9067012345-a0000000-0000-4000-8000-000000000001", "d-9067012345", "arn:aws-cn:sso:::permissionSet/x/ps-1"])(
  "an id: %s",
  (id) => expect(createMustBe().id("UserId", id)).toBe(id),
);

test.each(["", "11112222333", "1111222233334", "11112222333x", 111122223333])("no account id: %j", (value) => {
  expect(thrownBy(() => createMustBe().accountId("Id", value))).toMatchObject({ name: "UnexpectedAnswer" });
});

test("a kind that is none of the known ones", () => {
  const oneOf = (value: unknown) => createMustBe().oneOf("PrincipalType", value, ["GROUP", "USER"]);
  expect(oneOf("USER")).toBe("USER");
  expect(thrownBy(() => oneOf("user"))).toEqual(unexpected('PrincipalType: expected GROUP or USER, got "user"'));
});

test.each<[got: unknown, what: string]>([
  [{}, '"no member"'],
  [{ userId: "u", groupId: "g" }, '"userId and groupId"'],
  [{ applicationId: "a" }, '"applicationId"'],
  [{ userId: null }, '"no member"'],
  [undefined, "nothing"],
  ["userId", '"userId"'],
  [["userId"], '["userId"]'],
])("a union of %j is none of the known ones", (got, what) => {
  const union = () => createMustBe().union("identityCenter", got, ["userId", "groupId"]);
  expect(thrownBy(union)).toEqual(unexpected(`identityCenter: expected one member, userId or groupId, got ${what}`));
});

test("a union gives its one member, beside which AWS may name the type", () => {
  const union = createMustBe().union("identityCenter", { __type: "IdentityCenter", groupId: "g", userId: null }, [
    "userId",
    "groupId",
  ]);
  expect(union).toEqual(["groupId", "g"]);
});

test("a text may be missing, and is well-formed", () => {
  const text = (value: unknown) => createMustBe().text("UserName", value);
  expect([text(undefined), text(null), text("Zoë 😀"), text("a\ud83d"), text("\ude00b")]).toEqual([
    ...["", "", "Zoë 😀", "a\ufffd", "\ufffdb"],
  ]);
  expect(thrownBy(() => text({}))).toEqual(unexpected("UserName: expected a text, got {}"));
});

test.each<[string, unknown, number | null, number]>([
  ["none", undefined, null, 0],
  ["a date", new Date("2026-11-20T09:00:00.500Z"), 1_795_165_200_500, 0],
  ["1970", new Date(0), 0, 0],
  ["the last that has four digits", new Date("9999-12-31T23:59:59.999Z"), 253_402_300_799_999, 0],
  ["milliseconds taken for seconds", new Date(1_795_165_200_000_000), null, 1],
  ["1e20 seconds", new Date(1e23), null, 1],
  ["before 1970", new Date(-1), null, 1],
  ["no date", "2026-11-20", null, 1],
])("an instant: %s", (_, value, ms, doubts) => {
  const mustBe = createMustBe();
  expect(mustBe.instantMs("CreatedAt", "u-1", value)).toBe(ms);
  expect(mustBe.doubts()).toHaveLength(doubts);
});

test("doubts name some of those whom they are about, each once however often the answer was read", () => {
  const mustBe = createMustBe();
  for (const id of ["a", "b", "a", "c", "d", "e"]) {
    expect(mustBe.state("State", id, "PARKED", ["ACTIVE", "CLOSED"], "UNKNOWN")).toBe("UNKNOWN");
  }
  expect(mustBe.state("State", "f", "ACTIVE", ["ACTIVE", "CLOSED"], "UNKNOWN")).toBe("ACTIVE");
  expect(mustBe.state("State", "g", undefined, ["ACTIVE", "CLOSED"], "UNKNOWN")).toBe("UNKNOWN");
  expect(mustBe.doubts()).toEqual([
    'State: expected ACTIVE or CLOSED, got "PARKED" (a, b, c and 2 more). It is taken for unknown.',
    "State: expected ACTIVE or CLOSED, got nothing (g). It is taken for unknown.",
  ]);
});
