import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadOrganisation } from "../../local/aws/organisation";

const file = join(__dirname, "../../local/organisations/sample.json");
const day = 86_400_000;

interface Sample {
  Now: string;
  Accounts: { Id: string; State: string }[];
  PermissionSets: { PermissionSetArn: string; Name: string; Description?: string }[];
  Users: { UserId: string; UserName: string; UserStatus?: string; CreatedAt?: string }[];
  Groups: { GroupId: string; DisplayName: string }[];
  GroupMemberships: { GroupId: string; MemberId: { UserId: string }; CreatedAt?: string }[];
  AccountAssignments: { AccountId: string; PermissionSetArn: string; PrincipalType: string; PrincipalId: string }[];
  Records: {
    eventTime: string;
    eventSource: string;
    errorCode?: string;
    userIdentity: { userName?: string; onBehalfOf?: { userId: string } };
    serviceEventDetails: { role_name?: string; account_id?: string } | null;
    eventName: string;
    awsRegion: string;
    requestParameters: Record<string, string> | null;
  }[];
  Regions: { RegionName: string; AddedDate: string; IsPrimaryRegion: boolean }[];
  AccountAccessEntitlements: {
    entitlement: {
      principalRole: {
        principal: { identityCenter: { userId?: string; groupId?: string } };
        roleArn: string;
        account: string;
      };
    };
  }[];
}
const sample: Sample = JSON.parse(readFileSync(file, "utf8"));
const now = Date.parse(sample.Now);

/** One line for each grant, with the logins that the design gives it; deliberately naive. */
function grants() {
  const logins = sample.Records.filter(
    ({ eventSource, errorCode, eventTime }) =>
      eventSource === "sso.amazonaws.com" &&
      !errorCode &&
      Date.parse(eventTime) >= now - 90 * day &&
      Date.parse(eventTime) <= now,
  );
  return sample.AccountAssignments.flatMap(({ AccountId, PermissionSetArn, PrincipalType, PrincipalId }) => {
    const role = sample.PermissionSets.find((one) => one.PermissionSetArn === PermissionSetArn)?.Name;
    const account = sample.Accounts.find(({ Id }) => Id === AccountId);
    const group = sample.Groups.find(({ GroupId }) => GroupId === PrincipalId);
    const members = sample.GroupMemberships.filter(({ GroupId }) => GroupId === PrincipalId);
    const isGroup = PrincipalType === "GROUP";
    if (isGroup && !group) return [{ rowStatus: "GROUP_NOT_FOUND", usage: "" }];
    if (isGroup && members.length === 0) return [{ rowStatus: "EMPTY_GROUP", usage: "" }];
    const holders = isGroup ? members : [{ MemberId: { UserId: PrincipalId }, CreatedAt: undefined }];
    return holders.map(({ MemberId: { UserId }, CreatedAt }) => {
      const user = sample.Users.find((one) => one.UserId === UserId);
      const used = logins.some(({ userIdentity: { onBehalfOf, userName }, serviceEventDetails: details }) => {
        const isUser = onBehalfOf
          ? onBehalfOf.userId === UserId
          : userName?.toLowerCase() === user?.UserName.toLowerCase();
        return isUser && details?.role_name === role && details?.account_id === AccountId;
      });
      // Somebody used the role, and the event does not say who.
      const unattributed = logins.some(
        ({ userIdentity: { onBehalfOf, userName }, serviceEventDetails: details }) =>
          !onBehalfOf && !userName && details?.role_name === role && details?.account_id === AccountId,
      );
      const since = Date.parse(CreatedAt ?? user?.CreatedAt ?? "");
      const usage = used ? "USED" : unattributed ? "UNKNOWN" : now - since < 14 * day ? "TOO_NEW" : "UNUSED_IN_WINDOW";
      const rowStatus = !user
        ? "USER_NOT_FOUND"
        : !account
          ? "ACCOUNT_NOT_IN_ORGANIZATION"
          : account.State !== "ACTIVE"
            ? "ACCOUNT_NOT_ACTIVE"
            : user.UserStatus === "DISABLED"
              ? "USER_DISABLED"
              : "OK";
      return { rowStatus, usage };
    });
  });
}

test("is a valid organisation file, one object a line", async () => {
  await loadOrganisation(file);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const objects = lines.filter((line) => line.startsWith("    {"));
  for (const line of objects) JSON.parse(line.replace(/,$/, ""));
  expect(objects.length).toBeGreaterThan(200);
});

test("has every RowStatus and every Usage", () => {
  const count = (values: string[]) =>
    Object.fromEntries(
      [...new Set(values)].sort().map((value) => [value, values.filter((one) => one === value).length]),
    );
  expect(count(grants().map(({ rowStatus }) => rowStatus))).toEqual({
    ACCOUNT_NOT_ACTIVE: expect.any(Number),
    ACCOUNT_NOT_IN_ORGANIZATION: expect.any(Number),
    EMPTY_GROUP: 1,
    GROUP_NOT_FOUND: 1,
    OK: expect.any(Number),
    USER_DISABLED: expect.any(Number),
    USER_NOT_FOUND: expect.any(Number),
  });
  expect(count(grants().map(({ usage }) => usage))).toEqual({
    "": 2,
    TOO_NEW: expect.any(Number),
    UNKNOWN: 3,
    UNUSED_IN_WINDOW: expect.any(Number),
    USED: expect.any(Number),
  });
});

test("has the awkward names and the odd events", () => {
  const names = [...sample.Groups, ...sample.Users].map((one) => ("DisplayName" in one ? String(one.DisplayName) : ""));
  for (const pattern of [/^=/, /^@/, /^-/, /\n/, /"/, /'/, /,/, /[^ -~]/])
    expect(names.some((name) => pattern.test(name))).toBe(true);
  const roles = sample.PermissionSets.map(({ Name }) => Name);
  expect(roles.some((role) => role.includes(",") && role.includes("="))).toBe(true);
  const logins = sample.Records.filter(({ eventSource }) => eventSource === "sso.amazonaws.com");
  expect(logins.some(({ userIdentity }) => userIdentity.userName && !userIdentity.onBehalfOf)).toBe(true);
  expect(logins.some(({ userIdentity }) => userIdentity.userName && userIdentity.onBehalfOf)).toBe(true);
  expect(logins.some(({ errorCode }) => errorCode)).toBe(true);
  expect(logins.some(({ serviceEventDetails }) => serviceEventDetails && !serviceEventDetails.role_name)).toBe(true);
  expect(logins.some(({ serviceEventDetails }) => !serviceEventDetails)).toBe(true);
});

test("is in two Regions since dates, and people acted in both", () => {
  expect(sample.Regions.map(({ RegionName, IsPrimaryRegion }) => [RegionName, IsPrimaryRegion])).toEqual([
    ["us-east-1", true],
    ["eu-west-1", false],
  ]);
  for (const { RegionName, AddedDate } of sample.Regions) {
    const there = sample.Records.filter(({ awsRegion }) => awsRegion === RegionName);
    expect(there.length).toBeGreaterThan(20);
    expect(there.filter(({ eventTime }) => eventTime < AddedDate)).toEqual([]);
  }
});

test("tells of some grants when they were made, and of none that this would make too new", () => {
  const of = (name: string) =>
    sample.Records.filter(({ eventName, errorCode }) => eventName === name && !errorCode).map((event) => ({
      ...event,
      isPresent: sample.AccountAssignments.some(
        (one) =>
          one.AccountId === event.requestParameters?.targetId &&
          one.PermissionSetArn === event.requestParameters?.permissionSetArn &&
          one.PrincipalType === event.requestParameters?.principalType &&
          one.PrincipalId === event.requestParameters?.principalId,
      ),
    }));
  const created = of("CreateAccountAssignment");
  // But for what was given for three hours.
  const gone = created.filter(({ isPresent }) => !isPresent);
  expect(gone.map(({ eventTime }) => eventTime)).toEqual(["2026-11-18T21:04:17Z"]);
  expect(of("DeleteAccountAssignment").map(({ isPresent }) => isPresent)).toEqual([false, true, false]);
  const recent = created
    .filter(({ isPresent }) => isPresent)
    .filter(({ eventTime }) => now - Date.parse(eventTime) < 14 * day);
  // Somebody who used it since.
  expect(recent.map(({ eventTime, requestParameters }) => [eventTime, requestParameters?.principalId])).toEqual([
    ["2026-11-12T14:09:36Z", "196d0348-b75f-4a24-a738-a404e0eccae0"],
  ]);
});

test("gives roles of accounts to a group, to a user and to somebody who is gone", () => {
  const { AccountAccessEntitlements: entitlements } = sample;
  const known = [...sample.Users.map(({ UserId }) => UserId), ...sample.Groups.map(({ GroupId }) => GroupId)];
  const principals = entitlements.map(({ entitlement: { principalRole } }) => principalRole.principal.identityCenter);
  expect(
    principals.map(({ groupId, userId }) => [groupId ? "GROUP" : "USER", known.includes(groupId ?? userId ?? "")]),
  ).toEqual([
    ["GROUP", true],
    ["USER", true],
    ["USER", false],
  ]);
  for (const { entitlement } of entitlements) {
    const { account, roleArn } = entitlement.principalRole;
    expect(roleArn.startsWith(`arn:aws:iam::${account}:role/`)).toBe(true);
    expect(sample.Accounts.map(({ Id }) => Id)).toContain(account);
  }
});
