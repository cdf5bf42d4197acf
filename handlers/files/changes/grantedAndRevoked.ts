import type { Evidence } from "../../logins/logins";
import type { PrincipalType } from "../../model";
import { formatInstant } from "../../times";
import { COLUMNS, type Row, SORTED_BY } from "../columns";
import { type CsvReader, createCsvReader } from "../csv/csv";
import type { Bytes } from "../destination";
import type { RowSources } from "../rows";

/** An assignment that was made and ended, as its events tell, and is not there now. */
export interface GrantedAndRevoked {
  /** As the report would have it: the key's columns, with names where they are known, and `AssignedAt`; of a group, without its members. */
  readonly row: Row;
  /** Who asked for the assignment; empty where the event does not say. */
  readonly by: string;
  readonly revokedAt: string;
  readonly revokedBy: string;
  /** The same for the same assignment, whatever form its principal's id has. */
  readonly way: string;
}

/**
 * Those of the window, in the order of the report, and of one assignment in that of time. One that is there now again is none: the report has it.
 */
export function grantedAndRevoked(
  { provisioning, collection }: RowSources,
  { endedAssignments, users }: Evidence,
): GrantedAndRevoked[] {
  const { keyOf, onlyUserOf } = users;
  const nothing = Object.fromEntries(COLUMNS.map((name) => [name, ""]));
  const pairOf = (accountId: string, setArn: string) => `${accountId} ${setArn}`;
  const ended = new Map<string, GrantedAndRevoked[]>();
  const setNames = new Map<string, string>();
  const groupNames = new Map<string, string>();
  const accounts = new Map<string, { name: string; state: string }>();
  if (endedAssignments.length > 0) {
    for (const { arn, name } of provisioning.permissionSets) setNames.set(arn, name);
    for (const { id, name } of collection.groups) groupNames.set(id, name);
    for (const account of collection.accounts ?? []) accounts.set(account.id, account);
  }
  for (const { accountId, permissionSetArn, principalType, principalId, ...times } of endedAssignments) {
    const key = keyOf(principalId);
    const isUser = principalType === "USER";
    const user = isUser ? onlyUserOf(key) : undefined;
    const row: Row = {
      ...(nothing as Row),
      account: accountId,
      AccountName: accounts.get(accountId)?.name ?? "",
      PermissionSetArn: permissionSetArn,
      PermissionSetName: setNames.get(permissionSetArn) ?? "",
      Type: principalType,
      GroupId: isUser ? "" : principalId,
      GroupName: isUser ? "NOGROUP" : (groupNames.get(principalId) ?? ""),
      Username: user?.name ?? "",
      UserId: isUser ? (user?.id ?? principalId) : "",
      AccessType: "PERMISSION_SET",
      AssignedAt: formatInstant(times.madeMs),
    };
    const pair = pairOf(accountId, permissionSetArn);
    const ofPair = ended.get(pair) ?? [];
    ended.set(pair, ofPair);
    ofPair.push({
      row,
      by: times.madeBy,
      revokedAt: formatInstant(times.endedMs),
      revokedBy: times.endedBy,
      way: wayOf(accountId, permissionSetArn, principalType, key),
    });
  }

  if (ended.size > 0) {
    provisioning.pairs.forEach(([accountId, set], index) => {
      const setArn = provisioning.permissionSets[set]!.arn;
      const ofPair = ended.get(pairOf(accountId, setArn));
      if (ofPair === undefined) return;
      const present = new Set<string>();
      for (const [type, id] of collection.principals[index]!) present.add(wayOf(accountId, setArn, type, keyOf(id)));
      ended.set(
        pairOf(accountId, setArn),
        ofPair.filter(({ way }) => !present.has(way)),
      );
    });
  }
  return inOrder([...ended.values()].flat());
}

/**
 * Those that ended since an earlier report, and were not in it. A permission set that is gone has the name that it had there.
 *
 * @param reportedAt the present of the earlier report
 * @param csv its `credential_report.csv`, which is read once, and only where there is something to look for
 */
export async function sinceReport(
  all: readonly GrantedAndRevoked[],
  { keyOf }: Evidence["users"],
  reportedAt: string,
  csv: () => Bytes,
): Promise<GrantedAndRevoked[]> {
  const since = all.filter(({ revokedAt }) => revokedAt > reportedAt);
  if (since.length === 0) return [];
  const columns: readonly string[] = COLUMNS;
  const ACCOUNT = columns.indexOf("account");
  const SET_ARN = columns.indexOf("PermissionSetArn");
  const SET_NAME = columns.indexOf("PermissionSetName");
  const TYPE = columns.indexOf("Type");
  const GROUP_ID = columns.indexOf("GroupId");
  const USER_ID = columns.indexOf("UserId");
  const wayIn = wayOf;
  const pairs = new Set(since.map(({ row }) => `${row.account} ${row.PermissionSetArn}`));
  const setNames = new Map<string, string>();
  const reported = new Set<string>();
  const reader = createCsvReader(csv());
  let account = "";
  let setArn = "";
  let isAsked = false;
  for (let records = await next(reader); records !== null; records = await next(reader)) {
    for (const record of records) {
      if (record[ACCOUNT] !== account || record[SET_ARN] !== setArn) {
        account = record[ACCOUNT] ?? "";
        setArn = record[SET_ARN] ?? "";
        isAsked = pairs.has(`${account} ${setArn}`);
        setNames.set(setArn, record[SET_NAME] ?? "");
      }
      if (!isAsked) continue;
      const isUser = record[TYPE] === "USER";
      const id = (isUser ? record[USER_ID] : record[GROUP_ID]) ?? "";
      reported.add(wayIn(account, setArn, isUser ? "USER" : "GROUP", keyOf(id)));
    }
  }
  const others = since.filter(({ way }) => !reported.has(way));
  return inOrder(
    others.map(({ row, ...times }) => {
      const PermissionSetName = row.PermissionSetName || (setNames.get(row.PermissionSetArn) ?? "");
      return { row: { ...row, PermissionSetName }, ...times };
    }),
  );
}

/** Ends where the file is no CSV any more, which whoever compares with it says. */
async function next(reader: CsvReader): Promise<string[][] | null> {
  try {
    return await reader.next();
  } catch (error) {
    if ((error as Error).name === "UnreadableCsv") return null;
    throw error;
  }
}

function wayOf(accountId: string, permissionSetArn: string, type: PrincipalType, key: string): string {
  return `${accountId} ${permissionSetArn} ${type} ${key}`;
}

function inOrder(found: GrantedAndRevoked[]): GrantedAndRevoked[] {
  const sortedBy = SORTED_BY;
  return found.sort((one, other) => {
    for (const column of sortedBy) {
      if (one.row[column] !== other.row[column]) return one.row[column] < other.row[column] ? -1 : 1;
    }
    return one.revokedAt < other.revokedAt ? -1 : one.revokedAt > other.revokedAt ? 1 : 0;
  });
}
