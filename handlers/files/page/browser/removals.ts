import type { PageRow } from "../pageColumns";
import { type Command, endMembership, removeAssignment } from "./commands";
import { formatCount } from "./format";
import { accountAndRole, distinct, nameOf, type PanelContext } from "./panelParts";
import { selectionOf } from "./selection";

/** What takes this row's access away, and what else that takes: first what fits the suggestion. */
export function commandsOf(row: PageRow, context: PanelContext): Command[] {
  const { run } = context;
  const isMember = row.Type === "GROUP" && row.UserId !== "";
  const ending = { what: "End the membership, with all that the group gives", text: endMembership(row, run) };
  // Which entitlement gives it, the report does not know: the membership alone can be ended from here.
  if (row.AccessType === "ACCOUNT_ROLE") return isMember ? [ending] : [];
  if (!isMember) return [{ what: "Remove the assignment", text: removeAssignment(row, run) }];
  const removing = { what: whatRemovingTakes(row, context), text: removeAssignment(row, run) };
  const isUnused = ofAssignment(row, context).every(({ Usage }) => Usage === "UNUSED_IN_WINDOW");
  return isUnused && row.SuggestedAction !== "REMOVE" ? [removing, ending] : [ending, removing];
}

/** The rows of all members of a group to whom the same assignment gives the same role. */
function ofAssignment(row: PageRow, { rows }: PanelContext): PageRow[] {
  return rows.filter(
    ({ account, PermissionSetArn, GroupId }) =>
      account === row.account && PermissionSetArn === row.PermissionSetArn && GroupId === row.GroupId,
  );
}

function whatRemovingTakes(row: PageRow, context: PanelContext): string {
  const what = "Remove the group's assignment";
  const members = ofAssignment(row, context);
  if (!context.complete) return `${what}, for all of its members`;
  if (members.length === 1) return `${what}: this user is its only member`;
  const used = members.filter(({ Usage }) => Usage === "USED").length;
  const unknown = members.filter(({ Usage }) => Usage === "UNKNOWN").length;
  const also = unknown === 0 ? "" : `, and of ${formatCount(unknown)} it is not known`;
  return `${what}, for all of its ${formatCount(members.length)} members, of whom ${formatCount(used)} used it${also}`;
}

/** What is suggested for removal in these rows, each action once. */
export function removals(rows: readonly PageRow[], context: PanelContext): Command[] {
  const suggested = distinct(
    rows.filter(({ SuggestedAction }) => SuggestedAction === "REMOVE"),
    (row) => (row.Type === "GROUP" ? `${row.GroupId} ${row.UserId}` : selectionOf("grant", row).ids.join(" ")),
  );
  return suggested.slice(0, 20).flatMap((row) => {
    const [command] = commandsOf(row, context);
    if (command === undefined) return [];
    const what =
      row.Type === "GROUP"
        ? `Take ${nameOf("Username", row)} out of ${nameOf("GroupName", row)}`
        : `Remove ${nameOf("Username", row)} from ${accountAndRole(row)}`;
    return [{ what, text: command.text }];
  });
}
