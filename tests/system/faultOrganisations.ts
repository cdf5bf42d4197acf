import type { OrganisationFile } from "../../local/aws";
import {
  account,
  accountId,
  group,
  groupAssignment,
  login,
  many,
  membership,
  organisationOf,
  permissionSet,
  permissionSetArn,
  user,
  userAssignment,
} from "../support/organisation";

/** Few rows, but two pages of every listing of AWS's, and something of every kind that can be missing. */
export const smallOrganisation: OrganisationFile = organisationOf({
  Accounts: many(25, (index) => account(index)),
  PermissionSets: [permissionSet(0), permissionSet(1), permissionSet(2, { Description: undefined })],
  Users: many(103, (index) => user(index)),
  Groups: many(102, (index) => group(index)),
  GroupMemberships: [...many(102, (index) => membership(0, index)), membership(1, 3), membership(1, 700)],
  AccountAssignments: [
    groupAssignment(0, 0, 0),
    ...many(101, (index) => userAssignment(1, 0, index)),
    groupAssignment(2, 1, 1),
    groupAssignment(2, 1, 2), // has no members
    groupAssignment(2, 1, 150), // does not exist
    userAssignment(2, 2, 500), // does not exist
    userAssignment(99, 1, 3), // the account is not in the organisation
  ],
  ProvisionedAccounts: [{ PermissionSetArn: permissionSetArn(1), AccountId: accountId(5) }],
  Records: many(30, (index) => login(index % 3, index % 2, index)),
});

/** The same with two pages of logins, whose thousand rows take most of a run's time. */
export const loginOrganisation: OrganisationFile = {
  ...smallOrganisation,
  Records: many(1_030, (index) => login(Math.floor(index / 206), index % 2, Math.floor((index % 206) / 2))),
};

/** Its report has two parts of S3's multipart upload: descriptions are longer than AWS lets them be, so that few rows do. */
export const largeOrganisation: OrganisationFile = organisationOf({
  Accounts: many(4, (index) => account(index)),
  PermissionSets: [permissionSet(0, { Description: "every row says this again. ".repeat(1_150) })],
  Users: many(70, (index) => user(index)),
  Groups: [group(0)],
  GroupMemberships: many(70, (index) => membership(0, index)),
  AccountAssignments: many(4, (index) => groupAssignment(index, 0, 0)),
  Records: [login(0, 0, 0)],
});
