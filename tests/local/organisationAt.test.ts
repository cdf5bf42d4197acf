import type { OrganisationFile } from "../../local/aws";
import { organisationAt } from "../../local/organisationAt";

const before = "2026-11-01T00:00:00Z";
const then = "2026-11-13T09:00:00Z";
const after = "2026-11-14T09:00:00Z";
const set = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef";

const organisation = (parts: object): OrganisationFile => ({
  Now: "2026-11-20T09:00:00Z",
  InstanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
  IdentityStoreId: "d-1234567890",
  ...parts,
});

const member = (UserId: string, CreatedAt?: string) => ({ GroupId: "g", MemberId: { UserId }, CreatedAt });
const assignment = (PrincipalId: string, AccountId = "111122223333") => ({
  AccountId,
  PermissionSetArn: set,
  PrincipalType: "USER",
  PrincipalId,
});

test("the instant is the present, and the organisation stays as it was", () => {
  const today = organisation({ Users: [{ UserId: "u", CreatedAt: after }], Records: [{ eventTime: after }] });
  const copy = structuredClone(today);
  expect(organisationAt(today, then)).toMatchObject({ Now: then, Users: [], Records: [{ eventTime: after }] });
  expect(today).toEqual(copy);
});

test.each([
  ["Accounts", "JoinedTimestamp"],
  ["Regions", "AddedDate"],
  ["PermissionSets", "CreatedDate"],
  ["Users", "CreatedAt"],
  ["Groups", "CreatedAt"],
  ["GroupMemberships", "CreatedAt"],
  ["AccountAssignments", "CreatedAt"],
  ["AccountAccessApplications", "createdAt"],
  ["AccountAccessEntitlements", "createdAt"],
] as const)("%s that were created later are not there; those without a time are", (key, created) => {
  const items = [{ [created]: before }, { [created]: then }, {}];
  expect(organisationAt(organisation({ [key]: [...items, { [created]: after }] }), then)[key]).toEqual(items);
});

test("nothing names what is not there yet, but what is gone can still be named", () => {
  const at = organisationAt(
    organisation({
      Accounts: [{ Id: "111122223333" }, { Id: "444455556666", JoinedTimestamp: after }],
      Users: [{ UserId: "old" }, { UserId: "new", CreatedAt: after }],
      FormerUsers: [{ UserId: "gone", DeletedAt: before }],
      GroupMemberships: [member("old"), member("new"), member("gone"), member("unknown")],
      AccountAssignments: ["old", "new", "gone"].map((user) => assignment(user)),
      ProvisionedAccounts: [assignment("old", "444455556666")],
    }),
    then,
  );
  expect(at.GroupMemberships).toEqual([member("old"), member("gone"), member("unknown")]);
  expect(at.AccountAssignments).toEqual([assignment("old"), assignment("gone")]);
  expect(at.ProvisionedAccounts).toEqual([]);
});

test("what was deleted later is there again, without saying so", () => {
  const at = organisationAt(
    organisation({
      Users: [{ UserId: "u" }],
      FormerUsers: [
        { UserId: "left", CreatedAt: before, DeletedAt: after },
        { UserId: "left-before", DeletedAt: before },
        { UserId: "came-and-left", CreatedAt: after, DeletedAt: "2026-11-15T00:00:00Z" },
      ],
      FormerGroupMemberships: [{ ...member("u", before), DeletedAt: after }],
      FormerAccountAssignments: [{ ...assignment("left"), DeletedAt: after }],
    }),
    then,
  );
  expect(at.Users).toEqual([{ UserId: "u" }, { UserId: "left", CreatedAt: before }]);
  expect(at.GroupMemberships).toEqual([member("u", before)]);
  expect(at.AccountAssignments).toEqual([assignment("left")]);
  expect(Object.keys(at).filter((key) => key.startsWith("Former"))).toEqual([]);
});

test("an event data store that was created later is not there", () => {
  const at = (CreatedTimestamp: string) =>
    organisationAt(organisation({ EventDataStore: { CreatedTimestamp } }), then).EventDataStore;
  expect(at(before)).toEqual({ CreatedTimestamp: before });
  expect(at(after)).toBeUndefined();
});

test("a time that is none is refused, with its place", () => {
  expect(() => organisationAt(organisation({ FormerUsers: [{ UserId: "u" }] }), then)).toThrow(
    "FormerUsers[0].DeletedAt: expected an ISO 8601 time (2026-11-20T09:00:00Z), got undefined",
  );
});
