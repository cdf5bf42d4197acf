import { messageOf, reportError } from "../../errors";
import { COLUMNS, type Row } from "../columns";
import { createCsvReader } from "../csv/csv";
import { CHANGES_FILE } from "../names";
import type { ChangeKind } from "./changeColumns";
import type { GrantedAndRevoked } from "./grantedAndRevoked";
import { createNews, type Named } from "./news";
import { createPairChanges, type DecidedOf, type GivenWay, type RevokedBy } from "./pairChanges";

export { CHANGE_COLUMNS, CHANGE_KINDS } from "./changeColumns";
export { type GrantedAndRevoked, grantedAndRevoked, sinceReport } from "./grantedAndRevoked";
export type { News } from "./news";
export type { DecidedOf, GivenWay, RevokedBy } from "./pairChanges";

/** What the previous report did not have. */
export interface NewGrants {
  /** The present of the previous report. */
  readonly reportedAt: string;
  /** Whether `changes.csv` calls the row of a user GRANTED. Asked once the row after its pair, or the end, has gone by. */
  has(row: Row): boolean;
}

export interface PreviousRows {
  /** The present of the run that published them. */
  readonly reportedAt: string;
  /** Its `credential_report.csv`. */
  readonly csv: AsyncIterable<Buffer>;
  /** Whether both reports have the same `lookbackDays` and `newAccessDays`, without which their usage cannot be compared. */
  readonly sameSettings: boolean;
  /** Who asked for the assignment of a row; empty where no event tells. By default, none does. */
  readonly assignedBy?: (row: Row) => string;
  /** The same of its end. */
  readonly revokedBy?: RevokedBy;
  /** What was given and taken since the earlier report, and is in neither of the two, in the order of the report. By default, nothing. */
  readonly between?: readonly GrantedAndRevoked[];
  /** Whether both reports have what account access manager gives, without which a role is neither granted nor revoked. By default, they do. */
  readonly rolesRead?: boolean;
  /** What was decided about access that is gone; left out where nothing was. */
  readonly decidedOf?: DecidedOf;
  /** ARNs of the permission sets that count as administrator. */
  readonly administrators?: readonly string[];
}

/** `changes.csv`, a file of the report. What it says of a batch, or at the end, may be long: it comes in pieces. */
export interface Changes {
  readonly name: string;
  readonly contentType: string;
  begin(): string;
  rows(batch: readonly Row[]): AsyncGenerator<string, void, undefined>;
  end(): AsyncGenerator<string, void, undefined>;
  recordCount(): number;
  /** The damage that the previous report turned out to have: what was compared before it was met is not the whole. */
  refused(): string | null;
  /** How many changes of each kind were found so far. */
  readonly counts: Readonly<Record<ChangeKind, number>>;
  /** Of what was granted, the assignments whose event was seen: the first of them that were found so far, and how many there are. */
  readonly given: { readonly first: readonly GivenWay[]; count: number };
  /** As they were told. */
  readonly between: readonly GrantedAndRevoked[];
  /** Known after the end. */
  readonly newAdministrators: Named;
  readonly newOrphans: Named;
  /** It tells the other files what was granted, and so is given each batch before them. */
  readonly granted: NewGrants;
  readonly comesFirst: true;
}

/** Whether an error is about what the earlier report is, and not about the run. */
export function isDamage(error: unknown): boolean {
  const { name, code } = error as NodeJS.ErrnoException;
  const unread = code === "ENOENT" || code === "EACCES" || code === "EPERM" || code === "EISDIR";
  return name === "FileGone" || name === "PreviousReportUnreadable" || unread;
}

/**
 * What changed since the previous report; `null` where that has other columns than this one. It may lack the last ones, which came later: none of
 * them is compared.
 *
 * Both reports are read once, in step. They have their pairs (account, and permission set or role) in one order, since neither can be
 * renamed: an account's id is for ever, UpdatePermissionSet takes no name, and a role has its name for life. Within a pair the order is by
 * names that can change, of groups and users, so rows are matched by their ids, and those that have not met their other are held: as many as
 * changed place in one pair.
 */
export async function openChanges({
  reportedAt,
  csv,
  sameSettings,
  assignedBy = () => "",
  revokedBy = () => ({ revokedAt: "", revokedBy: "" }),
  between = [],
  rolesRead = true,
  decidedOf = () => ({ Decision: "", DecidedBy: "", DecidedOn: "" }),
  administrators = [],
}: PreviousRows): Promise<Changes | null> {
  const LINES_A_PIECE = 5_000;
  const columns: readonly string[] = COLUMNS;
  const ACCOUNT = columns.indexOf("account");
  const SET_ARN = columns.indexOf("PermissionSetArn");
  const SET_NAME = columns.indexOf("PermissionSetName");
  const ROLE_ARN = columns.indexOf("RoleArn");
  const ACCESS_TYPE = columns.indexOf("AccessType");
  const TYPE = columns.indexOf("Type");
  const GROUP_ID = columns.indexOf("GroupId");
  const USER_ID = columns.indexOf("UserId");
  const COMPARED = columns.indexOf("Usage") + 1;
  const fail = reportError;
  const news = createNews(administrators);
  const changes = createPairChanges({ reportedAt, sameSettings, assignedBy, revokedBy, decidedOf, see: news.see });
  const reader = createCsvReader(csv);

  const unreadable = (why: string, cause?: unknown) =>
    fail(
      "PreviousReportUnreadable",
      `The previous report, of ${reportedAt}, is not as this program writes it: ${why}. Check that report with \`npm run verify\`.`,
      cause,
    );

  async function nextRecords(): Promise<string[][] | null> {
    try {
      let read = await reader.next();
      while (read !== null && !rolesRead) {
        const compared = read.filter((record) => record[ACCESS_TYPE] !== "ACCOUNT_ROLE");
        if (compared.length > 0) return compared;
        read = await reader.next();
      }
      return read;
    } catch (error) {
      const { name, message } = error as Error;
      throw name === "UnreadableCsv" ? unreadable(message, error) : error;
    }
  }

  let damage: string | null = null;

  /** The pair that is being compared. */
  let account = "";
  let setName = "";
  let setArn = "";
  let roleArn = "";
  /** What was read of the previous report, and its next row; `null` after the last. */
  let records = (await nextRecords()) ?? [];
  let at = 0;
  let earlier: string[] | null = null;
  let earlierIsOfPair = false;

  const width = records[0]?.length ?? 0;
  if (width < COMPARED || records[0]!.join() !== columns.slice(0, width).join()) {
    await reader.close();
    return null;
  }

  /** Whether an earlier row is of a pair that the report has before another pair. */
  function isBefore(
    was: string[],
    otherAccount: string,
    otherName: string,
    otherArn: string,
    otherRole: string,
  ): boolean {
    if (was[ACCOUNT] !== otherAccount) return was[ACCOUNT]! < otherAccount;
    if (was[SET_NAME] !== otherName) return was[SET_NAME]! < otherName;
    if (was[SET_ARN] !== otherArn) return was[SET_ARN]! < otherArn;
    return (was[ROLE_ARN] ?? "") < otherRole;
  }

  function isOfPair(was: string[]): boolean {
    return was[SET_ARN] === setArn && was[ACCOUNT] === account && (was[ROLE_ARN] ?? "") === roleArn;
  }

  function setEarlier(was: string[]): void {
    const last = earlier;
    const lastIsOfPair = earlierIsOfPair;
    earlierIsOfPair = isOfPair(was);
    if (
      was.length !== width ||
      (!(earlierIsOfPair && lastIsOfPair) &&
        last !== null &&
        isBefore(was, last[ACCOUNT]!, last[SET_NAME]!, last[SET_ARN]!, last[ROLE_ARN] ?? ""))
    ) {
      throw unreadable(
        `a row with account ${was[ACCOUNT]} and permission set ${was[SET_NAME]} is out of place, or has not ${width} cells`,
      );
    }
    earlier = was;
  }

  async function readOn(): Promise<void> {
    const next = await nextRecords();
    records = next ?? [];
    at = 0;
    if (next !== null) {
      setEarlier(next[0]!);
    } else {
      earlier = null;
      earlierIsOfPair = false;
    }
  }

  /** Goes to the next earlier row; gives a promise only where more has to be read, since to await every row is slow. */
  function advance(): Promise<void> | null {
    at++;
    if (at >= records.length) return readOn();
    setEarlier(records[at]!);
    return null;
  }

  /** How many of `between` were told. */
  let told = 0;

  /** Tells those whose pair the report has before another one; with `andOf`, those of that pair, too. */
  function tellBetween(
    otherAccount: string,
    otherName: string,
    otherArn: string,
    otherRole: string,
    andOf: boolean,
  ): void {
    for (; told < between.length; told++) {
      const { account: its, PermissionSetName: name, PermissionSetArn: arn, RoleArn: role } = between[told]!.row;
      if (its !== otherAccount ? its > otherAccount : name !== otherName ? name > otherName : arn > otherArn) return;
      const isOf = its === otherAccount && name === otherName && arn === otherArn && role === otherRole;
      if (isOf && !andOf) return;
      changes.between(between[told]!);
    }
  }

  async function* finishPair(): AsyncGenerator<string, void, undefined> {
    while (earlierIsOfPair) {
      changes.meetEarlier(earlier!);
      await advance();
    }
    changes.settle();
    tellBetween(account, setName, setArn, roleArn, true);
    if (changes.waiting() >= LINES_A_PIECE) yield* changes.takeLines();
  }

  /** Pairs that only the previous report has: those before the pair that is being compared, or all that are left. */
  async function* passGonePairs(all: boolean): AsyncGenerator<string, void, undefined> {
    while (earlier !== null && (all || isBefore(earlier, account, setName, setArn, roleArn))) {
      const [goneAccount, goneName, goneArn] = [earlier[ACCOUNT]!, earlier[SET_NAME]!, earlier[SET_ARN]!];
      if (told < between.length) tellBetween(goneAccount, goneName, goneArn, earlier[ROLE_ARN] ?? "", false);
      changes.gone(earlier);
      await advance();
      // Those of this pair are not told before its last row.
      const held = between[told]?.row;
      const isHeld = held?.PermissionSetArn === goneArn && held.account === goneAccount;
      if (changes.waiting() >= LINES_A_PIECE && !isHeld) yield* changes.takeLines();
    }
  }

  async function* enterPair(row: Row): AsyncGenerator<string, void, undefined> {
    yield* finishPair();
    account = row.account;
    setName = row.PermissionSetName;
    setArn = row.PermissionSetArn;
    roleArn = row.RoleArn;
    yield* passGonePairs(false);
    earlierIsOfPair = earlier !== null && isOfPair(earlier);
  }

  await advance();
  return {
    name: CHANGES_FILE,
    contentType: "text/csv; charset=utf-8",
    counts: changes.counts,
    given: changes.given,
    newAdministrators: news.newAdministrators,
    newOrphans: news.newOrphans,
    granted: { reportedAt, has: changes.wasGranted },
    between,
    comesFirst: true,
    recordCount: () => Object.values(changes.counts).reduce((sum, count) => sum + count, 0),
    begin: () => changes.header(),
    refused: () => damage,
    rows: (batch) => untilDamage(compareRows(batch)),
    end: () => untilDamage(compareRest()),
  };

  /** Compares nothing any more, once the previous report has shown damage. */
  async function* untilDamage(pieces: AsyncGenerator<string, void, undefined>) {
    if (damage !== null) return;
    try {
      yield* pieces;
    } catch (error) {
      if (!isDamage(error)) throw error;
      damage = messageOf(error);
      await reader.close();
    }
  }

  async function* compareRows(batch: readonly Row[]): AsyncGenerator<string, void, undefined> {
    for (const row of batch) {
      if (row.AccessType === "ACCOUNT_ROLE" && !rolesRead) continue;
      if (row.PermissionSetArn !== setArn || row.account !== account || row.RoleArn !== roleArn) yield* enterPair(row);
      if (!earlierIsOfPair) {
        changes.meetNow(row);
        continue;
      }
      const was = earlier!;
      if (was[USER_ID] === row.UserId && was[GROUP_ID] === row.GroupId && was[TYPE] === row.Type) {
        changes.both(was, row);
      } else {
        changes.meetNow(row);
        changes.meetEarlier(was);
      }
      const reading = advance();
      if (reading !== null) await reading;
    }
  }

  async function* compareRest(): AsyncGenerator<string, void, undefined> {
    yield* finishPair();
    yield* passGonePairs(true);
    for (; told < between.length; told++) changes.between(between[told]!);
    yield* changes.takeLines();
  }
}
