export const CHANGE_KINDS = [
  "GRANTED",
  "REVOKED",
  "GRANTED_AND_REVOKED",
  "STATUS_CHANGED",
  "NOW_UNUSED",
  "USED_AGAIN",
] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

export const CHANGE_COLUMNS = [
  "Change",
  "Before",
  "After",
  "account",
  "PermissionSetArn",
  "PermissionSetName",
  "Type",
  "GroupId",
  "GroupName",
  "Username",
  "UserId",
  "LastLoginBefore",
  "LastLoginAfter",
  "PreviousReport",
  "AssignedAt",
  "AssignedBy",
  "AccessType",
  "RoleArn",
  // Of what is gone: what people had decided about it.
  "Decision",
  "DecidedBy",
  "DecidedOn",
  // Of what is gone, too: when its assignment was ended, and by whom.
  "RevokedAt",
  "RevokedBy",
] as const;
