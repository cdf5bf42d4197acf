/**
 * The oracle's review sheet: for every action, every row of the report is read again. Written from docs/review.md alone, it
 * shares nothing with `handlers/`.
 */
import type { Row } from "./report";

export interface ReviewedAction {
  Action: string;
  account: string;
  PermissionSetArn: string;
  AccessType: string;
  RoleArn: string;
  AssignedAt: string;
  PrincipalId: string;
  UserId: string;
  Administrator: string;
  Grants: string;
  Usage: string;
  RedundantWith: string;
  SuggestedAction: string;
  DecisionStatus: string;
}

/** What the oracle needs of the report before. */
export interface Before {
  rows: Row[];
  /** What was decided when it was as it is now. */
  decided(
    action: Pick<ReviewedAction, "Action" | "account" | "PermissionSetArn" | "RoleArn" | "PrincipalId" | "UserId">,
  ): boolean;
}

type Rows = [Row, ...Row[]];

/**
 * @param administrators ARNs of the permission sets that are an administrator's
 * @param before the report that this one was compared with
 */
export function oracleReview(
  rows: Row[],
  administrators: string[],
  newAccessDays: number,
  before: Before | null,
): ReviewedAction[] {
  const wasThere = (row: Row) =>
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
  const otherWays = (row: Row) =>
    rows.filter(
      (other) =>
        other !== row &&
        other.account === row.account &&
        other.PermissionSetArn === row.PermissionSetArn &&
        other.RoleArn === row.RoleArn &&
        other.UserId === row.UserId,
    );

  /** @param taken the rows that the action takes away */
  function action(kind: string, taken: Rows, advice: string, redundantWith: string): ReviewedAction {
    const [first] = taken;
    const ofMembership = kind === "END_MEMBERSHIP";
    const ofUsers = taken.filter((row) => row.UserId !== "");
    const isNew = ofUsers.some((row) => !wasThere(row));
    const one = !ofMembership || taken.length === 1;
    const about = {
      Action: kind,
      account: one ? first.account : "",
      PermissionSetArn: one ? first.PermissionSetArn : "",
      RoleArn: one ? first.RoleArn : "",
      PrincipalId: first.Type === "GROUP" ? first.GroupId : first.UserId,
      UserId: first.Type === "GROUP" && !ofMembership ? "" : first.UserId,
    };
    const isAdministrator = taken.some((row) => administrators.includes(row.PermissionSetArn));
    const isKnown = taken.every((row) => row.AccessType !== "ACCOUNT_ROLE");
    return {
      ...about,
      AccessType: one ? first.AccessType : "",
      AssignedAt: one ? first.AssignedAt : "",
      Administrator: isAdministrator ? "yes" : isKnown ? "no" : "",
      Grants: String(ofUsers.length),
      Usage: ofUsers.length === 0 ? "" : usageOfAll(ofUsers),
      RedundantWith: redundantWith,
      SuggestedAction: advice === "REMOVE" && isNew && newAccessDays > 0 ? "WAIT" : advice,
      DecisionStatus: before?.decided(about) ? (isNew ? "CHANGED" : "CARRIED") : "",
    };
  }

  const memberships = groupsOf(
    rows.filter((row) => row.Type === "GROUP" && row.UserId !== "").sort(byMembership),
    (row) => JSON.stringify([row.GroupId, row.UserId]),
  );
  const assignments = groupsOf(
    rows.filter((row) => row.Type === "GROUP"),
    (row) => JSON.stringify([row.account, row.PermissionSetArn, row.RoleArn, row.GroupId]),
  );

  const actions: ReviewedAction[] = [];
  for (const taken of memberships) {
    const redundant = taken.filter((row) => otherWays(row).length > 0);
    const names =
      taken.length === 1 ? shortened(otherWays(taken[0]).map(wayName)) : `${redundant.length} of ${taken.length}`;
    const advice = adviceOnMembership(taken, redundant.length === taken.length);
    actions.push(action("END_MEMBERSHIP", taken, advice, redundant.length === 0 ? "" : names));
  }
  for (const taken of assignments) {
    const kind = taken[0].AccessType === "ACCOUNT_ROLE" ? "END_ENTITLEMENT" : "REMOVE_ASSIGNMENT";
    if (taken[0].UserId === "") {
      const advice = taken[0].RowStatus === "GROUP_NOT_FOUND" ? "INVESTIGATE" : "REVIEW";
      actions.push(action(kind, taken, advice, ""));
      continue;
    }
    const usages = taken.map((row) => row.Usage);
    const unused = usages.every((usage) => usage === "UNUSED_IN_WINDOW" || usage === "TOO_NEW");
    if (kind === "END_ENTITLEMENT") actions.push(action(kind, taken, isGone(taken[0]) ? "INVESTIGATE" : "REVIEW", ""));
    else if (unused && usages.includes("UNUSED_IN_WINDOW"))
      actions.push(action(kind, taken, adviceOnAssignment(taken), ""));
  }
  for (const row of rows.filter(({ Type }) => Type === "USER")) {
    const ways = otherWays(row);
    const kind = row.AccessType === "ACCOUNT_ROLE" ? "END_ENTITLEMENT" : "REMOVE_GRANT";
    actions.push(action(kind, [row], adviceOnGrant(row, ways.length > 0), shortened(ways.map(wayName))));
  }
  // Entitlements first, and those of groups and of users in the order of the report.
  const inReport = (one: ReviewedAction) =>
    rows.findIndex(
      (row) =>
        row.account === one.account &&
        row.RoleArn === one.RoleArn &&
        (row.Type === "GROUP" ? row.GroupId : row.UserId) === one.PrincipalId,
    );
  const entitlements = actions.filter(({ Action }) => Action === "END_ENTITLEMENT");
  const others = actions.filter(({ Action }) => Action !== "END_ENTITLEMENT");
  return [...entitlements.sort((one, other) => inReport(one) - inReport(other)), ...others];
}

/** By group and user; the rows of one membership stay in the order of the report. */
function byMembership(one: Row, other: Row): number {
  for (const column of ["GroupName", "GroupId", "Username", "UserId"] as const) {
    if (one[column] !== other[column]) return one[column] < other[column] ? -1 : 1;
  }
  return 0;
}

function groupsOf(rows: Row[], keyOf: (row: Row) => string): Rows[] {
  const groups = new Map<string, Rows>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return [...groups.values()];
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

function usageOfAll(rows: Row[]): string {
  for (const usage of ["USED", "UNKNOWN", "TOO_NEW"]) if (rows.some((row) => row.Usage === usage)) return usage;
  return "UNUSED_IN_WINDOW";
}

const isGone = (row: Row) => row.AccountState === "";
const isActive = (row: Row) => row.AccountState === "ACTIVE" || row.AccountState === "UNKNOWN";

function adviceOnMembership(rows: Rows, redundant: boolean): string {
  if (rows.every(isGone)) return "INVESTIGATE";
  if (!rows.some(isActive)) return "REVIEW";
  const usage = usageOfAll(rows);
  if (usage === "UNUSED_IN_WINDOW") return "REMOVE";
  if (rows[0].RowStatus === "USER_NOT_FOUND") return "INVESTIGATE";
  if (rows[0].UserStatus === "DISABLED" || usage === "UNKNOWN") return "REVIEW";
  if (usage === "TOO_NEW") return "WAIT";
  return redundant ? "REVIEW" : "KEEP";
}

function adviceOnAssignment(rows: Rows): string {
  if (isGone(rows[0])) return "INVESTIGATE";
  if (!isActive(rows[0])) return "REVIEW";
  return rows.some((row) => row.Usage === "TOO_NEW") ? "WAIT" : "REMOVE";
}

function adviceOnGrant(row: Row, redundant: boolean): string {
  switch (row.RowStatus) {
    case "ACCOUNT_NOT_IN_ORGANIZATION":
      return "INVESTIGATE";
    case "ACCOUNT_NOT_ACTIVE":
      return "REVIEW";
    case "USER_NOT_FOUND":
      return row.Usage === "UNUSED_IN_WINDOW" ? "REMOVE" : "INVESTIGATE";
    case "USER_DISABLED":
      return row.Usage === "UNUSED_IN_WINDOW" ? "REMOVE" : "REVIEW";
    default:
      if (row.Usage === "USED") return redundant ? "REVIEW" : "KEEP";
      if (row.Usage === "UNKNOWN") return "REVIEW";
      return row.Usage === "TOO_NEW" ? "WAIT" : "REMOVE";
  }
}
