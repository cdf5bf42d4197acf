import { ROW_COLUMNS, type RowColumn } from "../../handlers/files/files";
import type { WhoRow } from "./wanted";

/** What a terminal shows of a row, in this order; the titles are the page's. */
const SHOWN: readonly RowColumn[] = [
  "account",
  "PermissionSetName",
  "GroupName",
  "Username",
  "LastLogin",
  "LoginsInWindow",
  "RowStatus",
  "Usage",
];

const GAP = "  ";
/** To which a column may be cut. */
const NARROWEST = 10;

const titles: readonly string[] = SHOWN.map((name) => ROW_COLUMNS.find((column) => column.name === name)!.title);

/**
 * A table of rows: a header and a line for each. Where that does not fit, its widest columns are cut; where they would be too narrow to be
 * read, each row is a few lines instead.
 *
 * @param width of the terminal, columns; `Infinity` where there is none
 */
export function tableOf(rows: readonly WhoRow[], width: number): string[] {
  const cells = rows.map((row) => SHOWN.map((column) => shownOf(row, column)));
  const widths = titles.map((title, at) =>
    cells.reduce((widest, row) => Math.max(widest, widthOf(row[at]!)), title.length),
  );
  const total = () => widths.reduce((sum, each) => sum + each, GAP.length * (widths.length - 1));
  while (total() > width) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= NARROWEST) return blocksOf(cells, width);
    widths[widest]!--;
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => padded(cut(cell, widths[at]!), widths[at]!))
      .join(GAP)
      .trimEnd();
  return [line(titles), ...cells.map(line)];
}

function blocksOf(cells: readonly (readonly string[])[], width: number): string[] {
  const label = Math.max(...titles.map((title) => title.length)) + GAP.length;
  return cells.flatMap((row, index) => [
    ...(index > 0 ? [""] : []),
    ...row.flatMap((cell, at) =>
      cell === "" ? [] : [titles[at]!.padEnd(label) + cut(cell, Math.max(NARROWEST, width - label))],
    ),
  ]);
}

/** What the page shows in the column's cell, in one line. */
function shownOf(row: WhoRow, column: RowColumn): string {
  const value = row[column];
  switch (column) {
    case "account":
      return plain(row.AccountName === "" ? value : `${row.AccountName} (${value})`);
    case "PermissionSetName":
      if (row.AccessType === "ACCOUNT_ROLE") {
        return plain(`${row.RoleArn.slice(row.RoleArn.indexOf("/") + 1)} (role of the account)`);
      }
      return plain(row.Administrator === "true" ? `${value} (administrator)` : value);
    case "GroupName":
      if (row.Type === "USER") return "direct";
      return plain(value === "" ? `${row.GroupId} (no such group)` : value);
    case "Username":
      return plain(value === "" && row.UserId !== "" ? `${row.UserId} (no such user)` : value);
    case "LastLogin":
      if (row.Usage !== "USED") return NO_LOGIN[value] ?? value;
      return `${value.slice(0, 10)} ${value.slice(11, 16)} UTC`;
    default:
      return wordsOf(plain(value));
  }
}

const NO_LOGIN: Readonly<Record<string, string>> = { NO_LOGIN_PRESENT: "none", UNKNOWN: "unknown" };

/** `UNUSED_IN_WINDOW` → `unused in window` */
function wordsOf(value: string): string {
  return value === "OK" ? value : value.toLowerCase().replaceAll("_", " ");
}

/** Names come from people, and a terminal obeys control characters: each is shown as one that says nothing. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

/** How many columns of a terminal a text takes: two for what East Asian scripts and pictures have, none for what joins the one before. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}|\p{Cf}/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let short = "";
  for (const character of text) {
    if (widthOf(short + character) > width - 1) break;
    short += character;
  }
  return `${short}…`;
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}
