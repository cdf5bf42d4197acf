/**
 * The oracle's review sheet: for every grant, every row of the report is read again. Written from docs/review.md alone, it
 * shares nothing with `handlers/`.
 */
import type { Row } from "./report";

export interface ReviewedGrant {
  account: string;
  PermissionSetArn: string;
  GroupId: string;
  UserId: string;
  Administrator: string;
  RedundantWith: string;
  SuggestedAction: string;
  DecisionStatus: string;
}

/** What the oracle needs of the report before. */
export interface Before {
  rows: Row[];
  /** Decided grants, by account, permission set, group and user. */
  decided(row: Row): boolean;
}

/**
 * @param administrators ARNs of the permission sets that are an administrator's
 * @param before the report that this one was compared with
 */
export function oracleReview(
  rows: Row[],
  administrators: string[],
  newAccessDays: number,
  before: Before | null,
): ReviewedGrant[] {
  const grants: ReviewedGrant[] = [];
  for (const row of rows) {
    if (row.UserId === "") continue;
    const otherWays = rows.filter(
      (other) =>
        other !== row &&
        other.account === row.account &&
        other.PermissionSetArn === row.PermissionSetArn &&
        other.RoleArn === row.RoleArn &&
        other.UserId === row.UserId,
    );
    const membershipUsed = rows.some(
      (other) =>
        row.Type === "GROUP" &&
        other.GroupId === row.GroupId &&
        other.UserId === row.UserId &&
        (other.Usage === "USED" || other.Usage === "UNKNOWN"),
    );
    const wasThere =
      before === null ||
      before.rows.some(
        (was) =>
          was.account === row.account &&
          was.PermissionSetArn === row.PermissionSetArn &&
          was.RoleArn === row.RoleArn &&
          was.Type === row.Type &&
          was.GroupId === row.GroupId &&
          was.UserId === row.UserId,
      );
    const advice = action(row, membershipUsed, otherWays.length > 0);
    grants.push({
      account: row.account,
      PermissionSetArn: row.PermissionSetArn,
      GroupId: row.GroupId,
      UserId: row.UserId,
      Administrator:
        row.AccessType === "ACCOUNT_ROLE" ? "" : administrators.includes(row.PermissionSetArn) ? "yes" : "no",
      RedundantWith: shortened(otherWays.map(wayName)),
      SuggestedAction: advice === "REMOVE" && !wasThere && newAccessDays > 0 ? "WAIT" : advice,
      DecisionStatus: before?.decided(row) ? (wasThere ? "CARRIED" : "CHANGED") : "",
    });
  }
  return grants;
}

function wayName(way: Row): string {
  if (way.Type === "USER") return "DIRECT";
  return way.GroupName === "" ? way.GroupId : way.GroupName;
}

/** Three ways and the rest counted; then the direct one comes first. */
function shortened(ways: string[]): string {
  if (ways.length <= 3) return ways.join("; ");
  const directFirst = [...ways.filter((way) => way === "DIRECT"), ...ways.filter((way) => way !== "DIRECT")];
  return `${directFirst.slice(0, 3).join("; ")} and ${ways.length - 3} more`;
}

function action(row: Row, membershipUsed: boolean, redundant: boolean): string {
  switch (row.RowStatus) {
    case "ACCOUNT_NOT_IN_ORGANIZATION":
      return "INVESTIGATE";
    case "ACCOUNT_NOT_ACTIVE":
      return "REVIEW";
    case "USER_NOT_FOUND":
      if (row.Usage !== "UNUSED_IN_WINDOW") return "INVESTIGATE";
      return membershipUsed ? "REVIEW" : "REMOVE";
    case "USER_DISABLED":
      return row.Usage === "UNUSED_IN_WINDOW" && !membershipUsed ? "REMOVE" : "REVIEW";
    default:
      if (row.Usage === "USED") return redundant ? "REVIEW" : "KEEP";
      if (row.Usage === "UNKNOWN") return "REVIEW";
      if (row.Usage === "TOO_NEW") return "WAIT";
      return membershipUsed ? "REVIEW" : "REMOVE";
  }
}
