import { PAGE_COLUMN_NAMES, type PageRow } from "../pageColumns";
import { removeAssignment } from "./commands";
import { element } from "./dom";
import { formatCount, formatCounted, formatTime } from "./format";
import { accountAndRole, distinct, nameOf, type PanelContext, type Parts, panelParts } from "./panelParts";
import { commandsOf, removals } from "./removals";
import { belongsTo, type Selection, selectionOf } from "./selection";
import { shownOf, wordsOf } from "./shown";

export interface PanelContent {
  readonly title: string;
  readonly body: readonly (HTMLElement | null)[];
}

/** What belongs to a selection; `null` where nothing in the page does. */
export function panelOf(selection: Selection, context: PanelContext): PanelContent | null {
  if (selection.kind === "changes") return changesPanel(selection, context);
  const belongs = belongsTo(selection);
  if (belongs === null) return null;
  const rows = context.rows.filter(belongs);
  const first = rows[0];
  if (first === undefined) return null;
  const parts = panelParts(context);
  const note = context.complete
    ? null
    : element("p", { class: "quiet" }, "This page holds a part of the report: credential_report.csv may have more.");
  const whole = [summaryOf(rows), parts.inTable(selection, rows), note];
  const title = titleOfSelection(selection, first);
  switch (selection.kind) {
    case "grant":
      return grantPanel(first, context, parts);
    case "person":
      return {
        title,
        body: [
          parts.facts(first, ["UserDisplayName", "UserEmail", "UserStatus", "UserId"]),
          ...whole,
          ...administratorsOf(rows, "Administrator in", (row) => accountAndRole(row), parts),
          parts.heading("Everything that this person can enter, and how"),
          parts.table(rows, ["account", "PermissionSetName", "GroupName", "Usage", "SuggestedAction"]),
          parts.commands(removals(rows, context)),
        ],
      };
    case "account":
      return {
        title,
        body: [
          parts.facts(first, ["account", "AccountState"]),
          ...whole,
          ...administratorsOf(rows, "Who can enter as administrator", (row) => nameOf("Username", row), parts),
          parts.heading("Who can enter this account, and how"),
          parts.table(rows, ["Username", "PermissionSetName", "GroupName", "Usage", "SuggestedAction"]),
        ],
      };
    case "permission-set":
      return {
        title,
        body: [
          parts.facts(first, ["PermissionSetDescription", "AdministratorReason", "PermissionSetArn"]),
          ...whole,
          parts.heading("Who can enter with it, and where"),
          parts.table(rows, ["Username", "account", "GroupName", "Usage", "SuggestedAction"]),
        ],
      };
    case "group":
      return groupPanel(selection, rows, context, parts, whole);
    default:
      return {
        title,
        body: [
          ...whole,
          parts.table(rows, ["Username", "account", "PermissionSetName", "GroupName", "Usage", "SuggestedAction"]),
        ],
      };
  }
}

/** What a selection is called, by one of its rows. */
export function titleOfSelection({ kind, ids }: Selection, row: PageRow): string {
  switch (kind) {
    case "grant":
      return `${nameOf(row.UserId === "" ? "GroupName" : "Username", row)} in ${accountAndRole(row)}`;
    case "person":
      return nameOf("Username", row);
    case "account":
      return nameOf("account", row);
    case "permission-set":
      return nameOf("PermissionSetName", row);
    case "group":
      return nameOf("GroupName", row);
    case "role":
      return accountAndRole(row);
    case "usage":
      return `Grants: ${wordsOf(ids[0] ?? "")}`;
    default: {
      const [from = "", to = ""] = ids;
      return from === to ? `Grants last used ${from} days ago` : `Grants last used ${from} to ${to} days ago`;
    }
  }
}

/** The page has no row of what is gone: it says where all are. */
function changesPanel({ ids: [kind = ""] }: Selection, { changes }: PanelContext): PanelContent | null {
  const count = changes.counts[kind];
  if (changes.since === null || count === undefined) return null;
  return {
    title: `${wordsOf(kind).replace(/^./, (letter) => letter.toUpperCase())}: ${formatCount(count)}`,
    body: [
      element(
        "p",
        {},
        `Since the report of ${formatTime(changes.since)}. changes.csv, beside this page, has a line for each: filter its column Change for ${kind}.`,
      ),
    ],
  };
}

function grantPanel(row: PageRow, context: PanelContext, parts: Parts): PanelContent {
  const { rows } = context;
  const hasUser = row.UserId !== "";
  const isOther = (other: PageRow) => other !== row && other.UserId === row.UserId;
  const otherWays = hasUser
    ? rows.filter(
        (other) =>
          isOther(other) &&
          other.account === row.account &&
          other.PermissionSetArn === row.PermissionSetArn &&
          other.RoleArn === row.RoleArn,
      )
    : [];
  const inGroup = row.Type === "GROUP" && hasUser;
  const endsToo = inGroup ? rows.filter((other) => isOther(other) && other.GroupId === row.GroupId) : [];
  return {
    title: titleOfSelection(selectionOf("grant", row), row),
    body: [
      element(
        "p",
        { class: "advice" },
        element(
          "strong",
          { class: `action action-${row.SuggestedAction}` },
          `Suggested: ${shownOf("SuggestedAction", row).join("")}.`,
        ),
        ` ${row.Reason}`,
      ),
      parts.facts(row, [
        ...(["Usage", "LastLogin", "DaysSinceLastLogin", "LoginsInWindow", "RowStatus", "MemberSince"] as const),
        "AdministratorReason",
      ]),
      parts.links(row),
      ...(row.Usage === "UNKNOWN"
        ? [
            parts.heading("Why it is not known whether this was used"),
            element("p", {}, row.Reason),
            ...(context.run.observed ? [] : context.run.warnings.map((warning) => element("p", {}, warning))),
          ]
        : []),
      ...(otherWays.length > 0
        ? [
            parts.heading("Other ways to the same role, which stay when this one is removed"),
            parts.table(otherWays, ["GroupName", "Usage", "SuggestedAction"]),
          ]
        : []),
      ...(inGroup
        ? [
            parts.heading("What ending the membership would also end"),
            endsToo.length === 0
              ? element("p", {}, "Nothing: the group gives this user nothing else.")
              : parts.table(endsToo, ["account", "PermissionSetName", "Usage", "SuggestedAction"]),
          ]
        : []),
      parts.commands(commandsOf(row, context)),
      element("details", {}, element("summary", {}, "All that the report has"), parts.facts(row, PAGE_COLUMN_NAMES)),
    ],
  };
}

function groupPanel(
  selection: Selection,
  rows: readonly PageRow[],
  context: PanelContext,
  parts: Parts,
  whole: readonly (HTMLElement | null)[],
): PanelContent {
  const first = rows[0]!;
  const given = distinct(rows, (row) => `${row.account} ${row.PermissionSetArn} ${row.RoleArn}`);
  const members = distinct(
    rows.filter(({ UserId }) => UserId !== ""),
    ({ UserId }) => UserId,
  );
  const unusedPairs = given.filter((pair) =>
    rows.every(
      (row) =>
        row.account !== pair.account ||
        row.PermissionSetArn !== pair.PermissionSetArn ||
        row.RoleArn !== pair.RoleArn ||
        row.Usage === "UNUSED_IN_WINDOW" ||
        row.Usage === "",
    ),
  );
  const commands = unusedPairs.map((row) => ({
    what: `Remove what nobody in the group used: ${accountAndRole(row)}`,
    text: removeAssignment(row, context.run),
  }));
  return {
    title: titleOfSelection(selection, first),
    body: [
      parts.facts(first, ["GroupId"]),
      ...whole,
      parts.heading(`Its members: ${formatCounted(members.length, "user")}`),
      members.length === 0
        ? element("p", {}, "It has no members: nobody can enter through it today, but anyone who joins can.")
        : parts.list(members, "person", (row) => nameOf("Username", row)),
      parts.heading(`What it gives: ${formatCounted(given.length, "role")}`),
      parts.list(given, "role", accountAndRole),
      parts.heading("Who used what"),
      parts.table(rows, ["Username", "account", "PermissionSetName", "Usage", "SuggestedAction"]),
      parts.commands([...commands, ...removals(rows, context)]),
    ],
  };
}

/** How much it is, and what became of it. */
function summaryOf(rows: readonly PageRow[]): HTMLElement {
  const count = (is: (row: PageRow) => boolean) => rows.filter(is).length;
  const grants = count(({ UserId }) => UserId !== "");
  const usersOf = (is: (row: PageRow) => boolean) =>
    distinct(
      rows.filter((row) => row.UserId !== "" && is(row)),
      ({ UserId }) => UserId,
    ).length;
  const people = usersOf(({ RowStatus }) => RowStatus !== "USER_NOT_FOUND");
  const gone = usersOf(({ RowStatus }) => RowStatus === "USER_NOT_FOUND");
  const accounts = distinct(rows, ({ account }) => account).length;
  const words = [
    formatCounted(grants, "grant"),
    people === 1 ? "1 person" : `${formatCount(people)} people`,
    ...(gone === 0 ? [] : [formatCounted(gone, "user id") + " without a user"]),
    formatCounted(accounts, "account"),
    `${formatCount(count(({ Usage }) => Usage === "USED"))} used`,
    `${formatCount(count(({ Usage }) => Usage === "UNUSED_IN_WINDOW"))} unused`,
    `${formatCount(count(({ Usage }) => Usage === "TOO_NEW"))} too new`,
    `${formatCount(count(({ Usage }) => Usage === "UNKNOWN"))} unknown`,
    `${formatCount(count(({ SuggestedAction }) => SuggestedAction === "REMOVE"))} can be removed`,
  ];
  return element("p", { class: "panel-summary" }, words.join(" · "));
}

function administratorsOf(
  rows: readonly PageRow[],
  title: string,
  textOf: (row: PageRow) => string,
  parts: Parts,
): HTMLElement[] {
  const administrators = rows.filter(({ Administrator, UserId }) => Administrator !== "" && UserId !== "");
  // A permission set whose policies were not all read may be an administrator's, too.
  const unread = distinct(
    rows.filter(({ Administrator, AdministratorReason }) => Administrator === "" && AdministratorReason !== ""),
    ({ PermissionSetArn }) => PermissionSetArn,
  ).map((row) =>
    element("p", { class: "quiet", dir: "auto" }, `${nameOf("PermissionSetName", row)}: ${row.AdministratorReason}.`),
  );
  const roles = distinct(
    rows.filter(({ AccessType, UserId }) => AccessType === "ACCOUNT_ROLE" && UserId !== ""),
    accountAndRole,
  ).map((row) =>
    element(
      "p",
      { class: "quiet", dir: "auto" },
      `${accountAndRole(row)}: what this role of the account may do was not read.`,
    ),
  );
  const notKnown = [...unread, ...roles];
  if (administrators.length === 0) {
    if (notKnown.length > 0) return [parts.heading(`${title}: none is known`), ...notKnown];
    return [parts.heading(`${title}: nobody`.replace("in: nobody", "in no account"))];
  }
  const each = distinct(administrators, textOf);
  return [parts.heading(`${title}: ${formatCount(each.length)}`), parts.list(each, "grant", textOf), ...notKnown];
}
