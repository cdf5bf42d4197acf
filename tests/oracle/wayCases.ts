/** What account access manager gives, beside permission sets or instead of them: see `caseParts.ts`. */
import { ALICE, BASE, BOBS_LOGIN, type FixedCase, fixed, GONE, READ_ONLY, READERS, UNKNOWN, UNUSED } from "./caseParts";
import type { AccessEntitlement, Organisation } from "./organisation";
import type { Row } from "./report";

const APPLICATION = "arn:aws:account-access:eu-central-1:000000000042:application/app-1111222233334444";
const OTHER = "arn:aws:account-access:eu-central-1:000000000042:application/app-5555666677778888";
const OPERATOR = "arn:aws:iam::111111111111:role/teams/Operator";

const applications = (...arns: string[]) => ({
  AccountAccessApplications: arns.map((applicationArn) => ({
    applicationArn,
    createdAt: "2026-08-20T07:00:00Z",
    updatedAt: "2026-08-20T07:00:00Z",
  })),
});

let made = 0;

function entitlement(
  identityCenter: { userId: string } | { groupId: string },
  {
    roleArn = OPERATOR,
    account = "111111111111",
    createdAt = "2026-11-20T07:00:00Z",
    applicationArn = APPLICATION,
  } = {},
): AccessEntitlement {
  made += 1;
  const principalRole = { principal: { identityCenter }, roleArn, account };
  return { applicationArn, entitlementId: `ent-${made}`, createdAt, entitlement: { principalRole } };
}

function given(...AccountAccessEntitlements: AccessEntitlement[]): Partial<Organisation> {
  return { ...applications(APPLICATION), AccountAccessEntitlements };
}

/** The row of Alice's who has the role through Readers. */
const ROLE: Row = {
  ...UNUSED,
  ...UNKNOWN,
  PermissionSetArn: "",
  PermissionSetName: "",
  PermissionSetDescription: "",
  AccessType: "ACCOUNT_ROLE",
  RoleArn: OPERATOR,
  AssignedAt: "2026-11-20T07:00:00Z",
};
const DIRECT_ROLE: Row = { ...ROLE, Type: "USER", GroupId: "", GroupName: "NOGROUP", MemberSince: "" };
const ALICES = entitlement({ userId: ALICE });
const WITHOUT_SETS = { PermissionSets: [], AccountAssignments: [], ProvisionedAccounts: [] };

export const WAY_CASES: FixedCase[] = [
  fixed("both kinds: roles come first in their account", given(entitlement({ groupId: READERS }), ALICES), [
    ROLE,
    DIRECT_ROLE,
    UNUSED,
  ]),
  fixed(
    "roles alone, of an instance without permission sets: no login could tell anything",
    { ...WITHOUT_SETS, ...given(ALICES), Instance: { PermissionSetsEnabled: false }, Records: [] },
    [DIRECT_ROLE],
  ),
  fixed("neither: an application that gives nothing", given(), [UNUSED]),
  fixed("account access manager may not be asked", given(ALICES), [UNUSED], {
    accountAccessDenied: true,
    status: "degraded",
  }),
  fixed(
    "a user and a group that nobody knows",
    given(entitlement({ userId: GONE }), entitlement({ groupId: "77777777-7777-4777-8777-777777777777" })),
    [
      {
        ...ROLE,
        GroupId: "77777777-7777-4777-8777-777777777777",
        GroupName: "",
        RowStatus: "GROUP_NOT_FOUND",
        Username: "",
        UserId: "",
        LastLogin: "",
        UserDisplayName: "",
        UserEmail: "",
        UserStatus: "",
        MemberSince: "",
        Usage: "",
      },
      {
        ...DIRECT_ROLE,
        Username: "",
        UserId: GONE,
        UserDisplayName: "",
        UserEmail: "",
        UserStatus: "",
        RowStatus: "USER_NOT_FOUND",
      },
      UNUSED,
    ],
  ),
  fixed(
    "an account that the organization does not know, and that nothing else names, is not asked about",
    given(
      ALICES,
      entitlement({ userId: ALICE }, { account: "999999999999", roleArn: "arn:aws:iam::999999999999:role/X" }),
    ),
    [DIRECT_ROLE, UNUSED],
  ),
  fixed(
    "an account outside of the organization to which a permission set is provisioned",
    {
      ...given(
        entitlement({ userId: ALICE }, { account: "999999999999", roleArn: "arn:aws:iam::999999999999:role/X" }),
      ),
      ProvisionedAccounts: [
        ...(BASE.ProvisionedAccounts ?? []),
        { AccountId: "999999999999", PermissionSetArn: READ_ONLY },
      ],
    },
    [
      UNUSED,
      {
        ...DIRECT_ROLE,
        account: "999999999999",
        RoleArn: "arn:aws:iam::999999999999:role/X",
        AccountName: "",
        AccountState: "",
        RowStatus: "ACCOUNT_NOT_IN_ORGANIZATION",
      },
    ],
  ),
  fixed(
    "a role that its account does not have any more: from here nobody sees that, and it is listed as it was given",
    given(entitlement({ userId: ALICE }, { roleArn: "arn:aws:iam::111111111111:role/gone/Deleted" })),
    [{ ...DIRECT_ROLE, RoleArn: "arn:aws:iam::111111111111:role/gone/Deleted" }, UNUSED],
  ),
  fixed(
    "two applications that give the same role: since the newer of both",
    {
      ...applications(APPLICATION, OTHER),
      AccountAccessEntitlements: [
        entitlement({ userId: ALICE }, { createdAt: "2026-11-21T07:00:00Z", applicationArn: OTHER }),
        ALICES,
      ],
    },
    [{ ...DIRECT_ROLE, AssignedAt: "2026-11-21T07:00:00Z" }, UNUSED],
  ),
  fixed(
    "a login with the role's name is no use of it: no event of account access manager is public",
    {
      ...given(entitlement({ userId: ALICE }, { roleArn: "arn:aws:iam::111111111111:role/ReadOnly" })),
      Records: [BOBS_LOGIN],
    },
    [{ ...DIRECT_ROLE, RoleArn: "arn:aws:iam::111111111111:role/ReadOnly" }, UNUSED],
  ),
];
