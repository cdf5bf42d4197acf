import { createHash } from "node:crypto";
import { type Manifest, REPORT_FILE, REVIEW_FILE } from "../../handlers/files/files";
import { textOfCell } from "./cellText";
import type { CsvRow } from "./csvCheck";
import type { Problems } from "./verdict";

/** Holds the lines of the sheet, each of which is about what can be done, against the rows of the report behind it. */
export interface ActionsCheck {
  report(row: CsvRow): void;
  review(row: CsvRow): void;
  /** Of both files: told whether they were read to their ends. */
  readonly side: { room(): Promise<void>; end(complete: boolean): void };
  /** Once both are read. */
  end(): void;
}

/** What follows from the rows of the report for a line of the sheet. */
interface Expected {
  /** Of the report. */
  readonly line: number;
  /** `false` where the line is there only for the sake of a decision. */
  required: boolean;
  readonly cells: Record<string, string>;
}

/** A group, with what it gives. */
interface Group {
  readonly hash: ReturnType<typeof createHash>;
  digest: string;
  places: number;
  activePlaces: number;
  gonePlaces: number;
  lastPlace: string;
  administrator: boolean;
}

/**
 * What can be done follows from all rows of a membership together, wherever they stand: what is known of each membership, assignment of a group and direct
 * grant is held until both files are read.
 */
export function createActionsCheck({ settings }: Manifest, problems: Problems): ActionsCheck {
  const expected = new Map<string, Expected>();
  const groups = new Map<string, Group>();
  const lines = new Map<string, Readonly<Record<string, string>> & { readonly line: string }>();
  let complete = true;

  const roleIdOf = ({ cell }: CsvRow) => {
    const arn = cell("PermissionSetArn");
    return cell("AccessType") === "ACCOUNT_ROLE" ? textOfCell(cell("RoleArn")) : arn.slice(arn.lastIndexOf("/") + 1);
  };
  const keyOf = (row: CsvRow, kind: string, principalId: string) =>
    row.cell("AccessType") === "ACCOUNT_ROLE"
      ? `ENTITLEMENT/${row.cell("account")}/${principalId}/${roleIdOf(row)}`
      : `${kind}/${row.cell("account")}/${roleIdOf(row)}/${principalId}`;
  const statusOfAccount = (state: string) =>
    state === ""
      ? "ACCOUNT_NOT_IN_ORGANIZATION"
      : state === "ACTIVE" || state === "UNKNOWN"
        ? ""
        : "ACCOUNT_NOT_ACTIVE";

  function groupOf(row: CsvRow): Group {
    const id = row.cell("GroupId");
    let group = groups.get(id);
    if (group === undefined) {
      group = {
        ...{ hash: createHash("sha256"), digest: "", places: 0, activePlaces: 0, gonePlaces: 0, lastPlace: "" },
        administrator: false,
      };
      groups.set(id, group);
    }
    const status = statusOfAccount(row.cell("AccountState"));
    const place = `${row.cell("account")}/${roleIdOf(row)}/${status}`;
    if (group.lastPlace !== place) {
      group.lastPlace = place;
      group.hash.update(`${place}\n`);
      group.places++;
      if (status === "") group.activePlaces++;
      if (status === "ACCOUNT_NOT_IN_ORGANIZATION") group.gonePlaces++;
    }
    return group;
  }

  /** The first of these applies to all of it. */
  const USAGES = ["USED", "UNKNOWN", "TOO_NEW", "UNUSED_IN_WINDOW"];
  const together = (one: string | undefined, other: string) =>
    one === undefined || USAGES.indexOf(other) < USAGES.indexOf(one) ? other : one;

  /** Of what is about one assignment or entitlement. */
  const OF_ASSIGNMENTS = ["AccessType", "RoleArn", "AssignedAt"];

  function addMembership(row: CsvRow): void {
    const { line, cell } = row;
    groupOf(row);
    const key = `MEMBERSHIP/${cell("GroupId")}/${cell("UserId")}`;
    let known = expected.get(key);
    if (known === undefined) {
      const own = cell("RowStatus") === "USER_NOT_FOUND" ? "USER_NOT_FOUND" : "";
      const cells = {
        ...{
          Action: "END_MEMBERSHIP",
          PrincipalId: cell("GroupId"),
          PrincipalType: "GROUP",
          Grants: "0",
          LastLogin: "",
        },
        RowStatus: own || (cell("UserStatus") === "DISABLED" ? "USER_DISABLED" : "OK"),
        ...copied(row, ["Username", "UserId", "UserDisplayName", "UserEmail", "GroupName", "MemberSince"]),
      };
      known = { line, required: true, cells };
      expected.set(key, known);
    }
    const { cells } = known;
    cells.Grants = String(Number(cells.Grants) + 1);
    cells.Usage = together(cells.Usage, cell("Usage"));
    if (cell("Usage") === "USED" && cell("LastLogin") > cells.LastLogin!) cells.LastLogin = cell("LastLogin");
  }

  function addAssignment(row: CsvRow): void {
    const { line, cell } = row;
    const key = keyOf(row, "ASSIGNMENT", cell("GroupId"));
    let known = expected.get(key);
    if (known === undefined) {
      const isEmpty = cell("UserId") === "";
      const cells = {
        Action: key.startsWith("ENTITLEMENT/") ? "END_ENTITLEMENT" : "REMOVE_ASSIGNMENT",
        ...{ PrincipalId: cell("GroupId"), PrincipalType: "GROUP", Grants: "0", Usage: "" },
        RowStatus: isEmpty ? cell("RowStatus") : statusOfAccount(cell("AccountState")) || "OK",
        ...copied(row, ["account", "AccountName", "PermissionSetArn", "GroupName", ...OF_ASSIGNMENTS]),
      };
      known = { line, required: isEmpty || cells.Action === "END_ENTITLEMENT", cells };
      expected.set(key, known);
    }
    if (cell("UserId") === "") return;
    const { cells } = known;
    cells.Grants = String(Number(cells.Grants) + 1);
    cells.Usage = together(cells.Usage || undefined, cell("Usage"));
    cells.unused = String(Number(cells.unused ?? "0") + Number(cell("Usage") === "UNUSED_IN_WINDOW"));
  }

  function copied({ cell }: CsvRow, columns: readonly string[]): Record<string, string> {
    return Object.fromEntries(columns.map((column) => [column, cell(column)]));
  }

  function addDirect(row: CsvRow): void {
    const key = keyOf(row, "GRANT", row.cell("UserId"));
    const same = ["account", "AccountName", "PermissionSetArn", "GroupName", "Username", "UserId", "UserDisplayName"];
    const cells = {
      Action: key.startsWith("ENTITLEMENT/") ? "END_ENTITLEMENT" : "REMOVE_GRANT",
      ...{ PrincipalId: row.cell("UserId"), PrincipalType: "USER", Grants: "1" },
      ...copied(row, [...same, ...OF_ASSIGNMENTS, "UserEmail", "RowStatus", "Usage", "LastLogin", "MemberSince"]),
    };
    expected.set(key, { line: row.line, required: true, cells });
  }

  const KEPT = [
    "Action",
    "Username",
    "UserDisplayName",
    "GroupName",
    "Administrator",
    "Usage",
    "LastLogin",
    "RowStatus",
  ];
  KEPT.push("SuggestedAction", "MemberSince", "Grants", "UserEmail", "account", "AccountName", "PermissionSetArn");
  KEPT.push(
    "InstanceArn",
    "IdentityStoreId",
    "PrincipalType",
    "PrincipalId",
    "UserId",
    "ActionState",
    "DecisionStatus",
    ...OF_ASSIGNMENTS,
  );

  function review(row: CsvRow): void {
    const key = textOfCell(row.cell("ActionKey"));
    if (lines.has(key))
      problems.add(REVIEW_FILE, row.line, `is about ${show(key)}, as the line ${lines.get(key)!.line} is`);
    lines.set(key, { ...copied(row, KEPT), line: String(row.line) });
  }

  /** What is known of a membership or an assignment only once all rows are. */
  function complement(key: string, { cells, required }: Expected): boolean {
    const unused = Number(cells.unused ?? "0");
    delete cells.unused;
    if (cells.Action === "REMOVE_ASSIGNMENT")
      return required || (unused > 0 && (cells.Usage === "UNUSED_IN_WINDOW" || cells.Usage === "TOO_NEW"));
    if (cells.Action !== "END_MEMBERSHIP") return required;
    const group = groups.get(key.split("/")[1]!)!;
    if (cells.LastLogin === "") cells.LastLogin = cells.Usage === "UNKNOWN" ? "UNKNOWN" : "NO_LOGIN_PRESENT";
    if (cells.RowStatus === "OK" && group.activePlaces === 0)
      cells.RowStatus = group.gonePlaces === group.places ? "ACCOUNT_NOT_IN_ORGANIZATION" : "ACCOUNT_NOT_ACTIVE";
    return required;
  }

  function stateOf(key: string, cells: Readonly<Record<string, string>>, administrator: string): string {
    const words = [cells.RowStatus, cells.Usage, administrator === "yes" ? "ADMINISTRATOR" : "", cells.MemberSince];
    if (cells.Action === "END_MEMBERSHIP") {
      const group = groups.get(key.split("/")[1]!)!;
      if (group.digest === "") group.digest = group.hash.digest("hex").slice(0, 12);
      words.push(`GIVES ${group.places} ${group.digest}`);
    }
    if (cells.Action === "END_ENTITLEMENT" && cells.AssignedAt !== "") words.push(`ASSIGNED ${cells.AssignedAt}`);
    return words.filter((word) => word !== undefined && word !== "").join(" ");
  }

  function compare(key: string, { line, cells }: Expected, said: Readonly<Record<string, string>>): void {
    const about = `line ${line} of ${REPORT_FILE}`;
    const wanted: Record<string, string> = {
      ...cells,
      ...{ InstanceArn: settings.instanceArn, IdentityStoreId: settings.identityStoreId },
      ActionState: stateOf(key, cells, said.Administrator!),
    };
    const differing = Object.keys(wanted).filter((column) => wanted[column] !== said[column]);
    if (differing.length > 0) {
      const what = differing.map((column) => `${column} is ${show(said[column])}, expected ${show(wanted[column])}`);
      problems.add(
        REVIEW_FILE,
        Number(said.line),
        `differs from ${about} and those that belong to it: ${what.join("; ")}`,
      );
    }
    if (said.SuggestedAction === "REMOVE" && cells.Usage !== "UNUSED_IN_WINDOW") {
      problems.add(REVIEW_FILE, Number(said.line), `suggests to remove what is ${cells.Usage}, by ${about}`);
    }
  }

  return {
    report(row) {
      if (row.cell("Type") === "USER") return addDirect(row);
      if (row.cell("UserId") !== "") addMembership(row);
      addAssignment(row);
    },
    review,
    side: {
      room: () => Promise.resolve(),
      end(ofFile) {
        complete &&= ofFile;
      },
    },
    end() {
      if (!complete) return;
      for (const [key, one] of expected) {
        const said = lines.get(key);
        const required = complement(key, one);
        if (said !== undefined && said.DecisionStatus !== "DONE") compare(key, one, said);
        else if (said !== undefined)
          problems.add(
            REVIEW_FILE,
            Number(said.line),
            `says DONE of line ${one.line} of ${REPORT_FILE}, which is there`,
          );
        else if (required)
          problems.add(
            REVIEW_FILE,
            null,
            `has no line for ${show(key)}, which line ${one.line} of ${REPORT_FILE} takes`,
          );
        else continue;
        if (!required && said!.DecisionStatus === "")
          problems.add(
            REVIEW_FILE,
            Number(said!.line),
            `is about an assignment that somebody uses, and that nobody decided about`,
          );
      }
      for (const [key, said] of lines) {
        if (said.DecisionStatus !== "DONE" && !expected.has(key))
          problems.add(REVIEW_FILE, Number(said.line), `is about ${show(key)}, of which ${REPORT_FILE} knows nothing`);
      }
    },
  };
}

function show(value: unknown): string {
  const text = JSON.stringify(value ?? "nothing");
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
