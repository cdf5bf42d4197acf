import { grantedAndRevoked } from "../../handlers/files/changes/changes";
import { notCovered, notCoveredText } from "../../handlers/files/notCovered";
import { evidenceOf, type RowSources } from "../../handlers/files/rows";
import type { PrincipalType } from "../../handlers/model";
import { oddNames, sourcesOf } from "../support/reportRows";

const sources = sourcesOf(oddNames);
const [accountId] = sources.provisioning.pairs[0]!;
const { arn, name } = sources.provisioning.permissionSets[0]!;
const DAY = 86_400_000;
const START = Date.parse("2026-11-01T00:00:00Z");

const event = (kind: "created" | "deleted", day: number, principalId = "u-visitor", id = `${kind} ${day}`) => ({
  ...{ id, kind, atMs: START + day * DAY, accountId, permissionSetArn: arn },
  ...{ principalType: "USER" as PrincipalType, principalId, by: "" },
});

const leftOut = (of: RowSources) => notCovered(of, grantedAndRevoked(of, evidenceOf(of)));

function between(...assignments: ReturnType<typeof event>[]) {
  const found = leftOut({ ...sources, logins: { ...sources.logins, assignments } });
  return found.find(({ what }) => what === "BETWEEN_REPORTS")!;
}

test("access that was given and taken again is counted and named, whatever the order of its events", () => {
  const found = between(event("deleted", 2), event("created", 1), event("created", 4, "u-other", "of another"));

  expect(found).toMatchObject({
    count: 1,
    names: [expect.stringMatching(`^2026-11-02T00:00:00Z to 2026-11-03T00:00:00Z: u-visitor, ${name} in `)],
  });
  expect(notCoveredText(found)).toContain("1 assignment was made and ended again. It is: ");
});

test("one that was ended before it was made, one that only ended, and one that is there are none", () => {
  const [type, present] = sources.collection.principals[0]![0]!;
  const there = (kind: "created" | "deleted", day: number) => ({
    ...event(kind, day, present, `there ${kind}`),
    principalType: type,
  });

  const found = between(
    ...[event("deleted", 1, "u-a", "1"), event("created", 2, "u-a", "2"), event("deleted", 3, "u-b", "3")],
    ...[there("created", 1), there("deleted", 2)],
  );

  expect(found).toMatchObject({ count: 0, names: [] });
});

test("as many are named as people read, and the rest is counted", () => {
  const many = Array.from({ length: 60 }, (_, index) => [
    event("created", 1, `u-${index}`, `c ${index}`),
    event("deleted", 2, `u-${index}`, `d ${index}`),
  ]).flat();

  const found = between(...many);

  expect([found.count, found.names?.length]).toEqual([60, 50]);
  expect(notCoveredText(found)).toMatch(/; and 10 more\.$/);
});

test("where no logins were read, nothing was looked at, and there is no number", () => {
  const logins = { ...sources.logins, source: "failed" as const };

  expect(leftOut({ ...sources, logins })[1]).toEqual({
    what: "BETWEEN_REPORTS",
    sentence: expect.stringMatching(/is in neither of them\.$/),
  });
});
