import type { Row } from "../columns";
import { administratorArns, type RowSources } from "../rows";
import { givenBy } from "./assignments";
import type { Place } from "./memberships";
import { createReviewerOf } from "./reviewer";

/** What the sheet shows of an action, besides what people decide about it. */
export interface ActionCells {
  readonly Reviewer: string;
  readonly Username: string;
  readonly UserDisplayName: string;
  readonly UserEmail: string;
  readonly GroupName: string;
  readonly account: string;
  readonly AccountName: string;
  readonly PermissionSetName: string;
  readonly Gives: string;
  readonly Grants: string;
  readonly Administrator: string;
  readonly RowStatus: string;
  readonly Usage: string;
  readonly LastLogin: string;
  readonly MemberSince: string;
  readonly RedundantWith: string;
  readonly PermissionSetArn: string;
  readonly AccessType: string;
  readonly RoleArn: string;
  readonly AssignedAt: string;
  readonly PrincipalType: string;
  readonly PrincipalId: string;
  readonly UserId: string;
}

/** What the sheet shows of one assignment, by a row of it. */
export function createActionCells(sources: RowSources) {
  const administrators = new Set(administratorArns(sources));
  const reviewerOf = createReviewerOf(sources.settings.reviewerPattern);

  const placeOf = (row: Row): Place => {
    const isEntitlement = row.AccessType === "ACCOUNT_ROLE";
    const roleArn = row.RoleArn;
    const arn = row.PermissionSetArn;
    return {
      account: row.account,
      accountName: row.AccountName,
      accountState: row.AccountState,
      accountStatus:
        row.AccountState === ""
          ? "ACCOUNT_NOT_IN_ORGANIZATION"
          : row.AccountState === "ACTIVE" || row.AccountState === "UNKNOWN"
            ? ""
            : "ACCOUNT_NOT_ACTIVE",
      roleName: isEntitlement ? roleArn.slice(roleArn.indexOf("/") + 1) : row.PermissionSetName,
      roleId: isEntitlement ? roleArn : arn.slice(arn.lastIndexOf("/") + 1),
      permissionSetArn: arn,
      ...{ accessType: row.AccessType, roleArn, assignedAt: row.AssignedAt },
      administrator: administrators.has(arn),
    };
  };

  /** Empty where nobody knows: what a role may do that account access manager gives is seen in its account alone. */
  const administratorOf = (places: readonly Place[]): string =>
    places.some(({ administrator }) => administrator)
      ? "yes"
      : places.some(({ accessType }) => accessType === "ACCOUNT_ROLE")
        ? ""
        : "no";

  /** What an assignment, whoever has it, shows in the sheet. */
  const cellsOf = (row: Row, place: Place): ActionCells => ({
    Reviewer: reviewerOf(row.Type === "GROUP" ? row.GroupName : "", row.PermissionSetName),
    Username: row.Username,
    UserDisplayName: row.UserDisplayName,
    UserEmail: row.UserEmail,
    GroupName: row.GroupName,
    account: row.account,
    AccountName: row.AccountName,
    PermissionSetName: row.PermissionSetName,
    Gives: givenBy([place]),
    Grants: "1",
    Administrator: administratorOf([place]),
    RowStatus: row.RowStatus,
    Usage: row.Usage,
    LastLogin: row.LastLogin,
    MemberSince: row.MemberSince,
    RedundantWith: "",
    PermissionSetArn: row.PermissionSetArn,
    AccessType: row.AccessType,
    RoleArn: row.RoleArn,
    AssignedAt: row.AssignedAt,
    PrincipalType: row.Type,
    PrincipalId: row.Type === "GROUP" ? row.GroupId : row.UserId,
    UserId: row.UserId,
  });

  return { placeOf, administratorOf, cellsOf, reviewerOf };
}
