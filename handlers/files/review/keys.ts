import type { Row } from "../columns";

/** What people can do about access, in the order of the sheet. */
export type ActionKind =
  | "END_ENTITLEMENT" // of account access manager: given directly to a user, or to a group
  | "END_MEMBERSHIP" // with all that the group gives the user
  | "REMOVE_ASSIGNMENT" // of a group, where none of its members used it
  | "REMOVE_GRANT"; // of a user, assigned directly

/** A grant of a user, for whom there may be a decision of version 0.1, which were about single grants. */
export interface SingleGrant {
  /** Of the action that takes the grant away. */
  readonly actionKey: string;
  readonly grantKey: string;
  readonly grantState: string;
  readonly isNew: boolean;
}

/** What an action was about that is gone. */
export function kindOfKey(key: string): ActionKind {
  if (key.startsWith("MEMBERSHIP/")) return "END_MEMBERSHIP";
  if (key.startsWith("ENTITLEMENT/")) return "END_ENTITLEMENT";
  return key.startsWith("ASSIGNMENT/") ? "REMOVE_ASSIGNMENT" : "REMOVE_GRANT";
}

export const membershipKey = (groupId: string, userId: string) => `MEMBERSHIP/${groupId}/${userId}`;

/** The action that takes the grant of a row away, or of a row without a user; a membership for everybody who is in a group. */
export function actionKeyOf(row: Row): string {
  const { Type, GroupId, UserId } = row;
  return Type === "GROUP" && UserId !== "" ? membershipKey(GroupId, UserId) : assignmentKeyOf(row);
}

/** The action that ends what a user has directly, or a group with all its members. */
export function assignmentKeyOf(row: Row): string {
  const { account, PermissionSetArn, Type } = row;
  const principalId = Type === "GROUP" ? row.GroupId : row.UserId;
  if (row.AccessType === "ACCOUNT_ROLE") return `ENTITLEMENT/${account}/${principalId}/${row.RoleArn}`;
  const setId = PermissionSetArn.slice(PermissionSetArn.lastIndexOf("/") + 1);
  return `${row.Type === "GROUP" ? "ASSIGNMENT" : "GRANT"}/${account}/${setId}/${principalId}`;
}

/** A grant as version 0.1 named it and said how it was. */
export function singleGrantOf(row: Row, administrator: boolean): { grantKey: string; grantState: string } {
  const setId = row.PermissionSetArn.slice(row.PermissionSetArn.lastIndexOf("/") + 1);
  const since = row.MemberSince === "" ? "" : ` ${row.MemberSince}`;
  return {
    grantKey: `${row.account}/${setId}/${row.Type}/${row.GroupId}/${row.UserId}`,
    grantState: `${row.RowStatus} ${row.Usage}${administrator ? " ADMINISTRATOR" : ""}${since}`,
  };
}
