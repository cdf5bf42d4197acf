/** In the order in which a person reads: who, what, whether it is used, what to do about it; then what the program needs. */
export const REVIEW_COLUMNS = [
  "Reviewer",
  "Action",
  "Username",
  "UserDisplayName",
  "GroupName",
  "Gives",
  "Administrator",
  "Usage",
  "LastLogin",
  "SuggestedAction",
  "Reason",
  "Decision",
  "DecidedBy",
  "DecidedOn",
  "Comment",
  "DecisionStatus",
  "DecidedSince",
  "EarlierDecision",
  "RowStatus",
  "MemberSince",
  "RedundantWith",
  "Grants",
  "UserEmail",
  "account",
  "AccountName",
  "PermissionSetName",
  "InstanceArn",
  "IdentityStoreId",
  "PermissionSetArn",
  "PrincipalType",
  "PrincipalId",
  "UserId",
  "ActionKey",
  "ActionState",
] as const;

export type ReviewColumn = (typeof REVIEW_COLUMNS)[number];

/** A line of the sheet, raw: not yet escaped for spreadsheets. */
export type ReviewLine = Readonly<Record<ReviewColumn, string>>;
