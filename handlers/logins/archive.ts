import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { messageOf } from "../errors";
import type { AssignmentEvent } from "../model";
import { formatInstant, formatKeyInstant } from "../times";
import type { NamedLogins } from "./part";
import { QUARTER_MS } from "./quarters";

/**
 * The login archive: what Event history has shown of a quarter of a day in one Region, in a file of its own, which is written once. Names are
 * computed and never listed: two writers of one quarter write one name, and the first one's file stays.
 */
export interface LoginArchive {
  /** For people. */
  readonly place: string;
  /** A file's bytes; `null` where there is none. */
  read(region: string, fromMs: number): Promise<Buffer | null>;
  /** @returns whether these bytes stand there now: not where others do */
  write(region: string, fromMs: number, bytes: Buffer): Promise<boolean>;
}

/** Whose events a file tells of. */
export interface ArchiveOwner {
  readonly instanceArn: string;
  readonly identityStoreId: string;
}

/** All that the events of one quarter of a day tell, as far as a report asks. */
export interface QuarterPart {
  readonly fromMs: number;
  /** How many events there were of each name that was read. */
  readonly events: Readonly<Record<string, number>>;
  /** One for each user, account and role, as the events name them; of whatever form. */
  readonly logins: readonly NamedLogins[];
  readonly assignments: readonly AssignmentEvent[];
  /** Regions that the instance was removed from; "" for one whose name nobody knows. */
  readonly removedRegions: readonly string[];
  /** Records of logins that name no user, or no place that is understood: the first of them. */
  readonly records: readonly string[];
}

/** Records of a quarter that are kept whole. */
export const MOST_RECORDS = 100;

const FORMAT = 1;

/** `logins/eu-west-1/2026-11-20T060000Z.jsonl.gz`: of the format 1; another format has other names. */
export function archiveFileName(region: string, fromMs: number): string {
  return `logins/${region}/${formatKeyInstant(formatInstant(fromMs))}.jsonl.gz`;
}

/** Whether this can be a Region's name, which becomes part of names of files. */
export function isRegionName(region: string): boolean {
  return /^[a-z]{2,}(-[a-z0-9]+)+$/.test(region) && region.length <= 40;
}

/** A part as lines of JSON: the same part gives the same text, in whatever order its events were read. */
export function partText(region: string, part: QuarterPart, { instanceArn, identityStoreId }: ArchiveOwner): string {
  const { fromMs } = part;
  const { stringify } = JSON;
  const since = (ms: number | null) => (ms === null ? null : ms - fromMs);
  const lines: string[] = [];
  for (const one of part.logins) {
    const { userId, principalId, userName, accountId, roleName, firstMs, lastConsoleMs, lastProgrammaticMs } = one;
    const times = [since(firstMs), since(lastConsoleMs), since(lastProgrammaticMs)];
    lines.push(stringify(["login", userId, principalId, userName, accountId, roleName, ...times, one.count]));
  }
  for (const { id, kind, atMs, accountId, permissionSetArn, principalType, principalId, by } of part.assignments) {
    const place = [accountId, permissionSetArn, principalType, principalId];
    lines.push(stringify(["assignment", id, kind, atMs - fromMs, ...place, by]));
  }
  for (const removed of part.removedRegions) lines.push(stringify(["removed Region", removed]));
  for (const record of part.records) lines.push(stringify(["record", record]));
  const events = Object.fromEntries(Object.entries(part.events).sort(([a], [b]) => (a < b ? -1 : 1)));
  const [from, to] = [formatInstant(fromMs), formatInstant(fromMs + QUARTER_MS)];
  const head = { format: FORMAT, instanceArn, identityStoreId, region, from, to, events, lines: lines.length };
  return `${[stringify(head), ...lines.sort()].join("\n")}\n`;
}

/** What a text of `partText` says; why it cannot be used, for people, as what its file is. */
export type ReadPart =
  | { readonly part: QuarterPart }
  /** It does not cover its quarter, or is none of this instance's. */
  | { readonly unusable: string };

/** @param names the events that are read now: a part must tell of each */
export function partOfText(
  text: string,
  region: string,
  fromMs: number,
  { instanceArn, identityStoreId }: ArchiveOwner,
  names: readonly string[],
): ReadPart {
  const LONGEST_MS = 21_600_000; // a quarter; here, since this loop may run for millions of lines
  const { parse } = JSON;
  const unusable = (why: string): ReadPart => ({ unusable: why });
  const lines = text.split("\n");
  if (lines.pop() !== "") return unusable("is cut short");
  try {
    const head = parse(lines[0] ?? "") as Readonly<Record<string, unknown>> | null;
    if (typeof head !== "object" || head === null) return unusable("has no first line that says what it is");
    if (head.format !== FORMAT) return unusable(`has the format ${JSON.stringify(head.format)}, and not ${FORMAT}`);
    const wanted = {
      instanceArn,
      identityStoreId,
      region,
      from: formatInstant(fromMs),
      to: formatInstant(fromMs + QUARTER_MS),
    };
    for (const [member, is] of Object.entries(wanted)) {
      if (head[member] !== is) return unusable(`is of another ${member}: ${JSON.stringify(head[member])}`);
    }
    const events = head.events as Readonly<Record<string, number>> | null;
    if (typeof events !== "object" || events === null) return unusable("does not say which events were read");
    for (const count of Object.values(events)) {
      if (!Number.isSafeInteger(count) || count < 0) return unusable("does not say how many events there were");
    }
    const left = names.filter((name) => !Object.hasOwn(events, name));
    if (left.length > 0) return unusable(`does not tell of ${left.join(", ")}`);
    if (head.lines !== lines.length - 1) {
      return unusable(`has ${lines.length - 1} lines after its first, which says ${JSON.stringify(head.lines)}`);
    }

    const logins: NamedLogins[] = [];
    const assignments: AssignmentEvent[] = [];
    const removedRegions: string[] = [];
    const records: string[] = [];
    for (let at = 1; at < lines.length; at++) {
      const line = parse(lines[at]!) as readonly unknown[];
      const kind = line[0];
      if (kind === "login") {
        const first = line[6] as number;
        const lastConsole = line[7] as number | null;
        const lastProgrammatic = line[8] as number | null;
        let right = line.length === 10 && (line[9] as number) > 0 && Number.isSafeInteger(line[9]);
        for (let member = 1; member <= 5; member++) right &&= typeof line[member] === "string";
        right &&= typeof first === "number" && first >= 0 && first < LONGEST_MS;
        for (const last of [lastConsole, lastProgrammatic]) {
          right &&= last === null || (typeof last === "number" && last >= first && last < LONGEST_MS);
        }
        right &&= lastConsole !== null || lastProgrammatic !== null;
        if (!right) return unusable(`has a line that is no login: ${lines[at]!.slice(0, 80)}`);
        logins.push({
          userId: line[1] as string,
          principalId: line[2] as string,
          userName: line[3] as string,
          accountId: line[4] as string,
          roleName: line[5] as string,
          firstMs: fromMs + first,
          lastConsoleMs: lastConsole === null ? null : fromMs + lastConsole,
          lastProgrammaticMs: lastProgrammatic === null ? null : fromMs + lastProgrammatic,
          count: line[9] as number,
        });
      } else if (kind === "assignment") {
        const [, id, what, since, accountId, permissionSetArn, principalType, principalId, by] = line;
        const texts = [id, accountId, permissionSetArn, principalId, by].every((each) => typeof each === "string");
        const known =
          (what === "created" || what === "deleted") && (principalType === "GROUP" || principalType === "USER");
        const inTime = typeof since === "number" && since >= 0 && since < LONGEST_MS;
        if (!texts || !known || !inTime || line.length !== 9) {
          return unusable(`has a line that is no assignment: ${lines[at]!.slice(0, 80)}`);
        }
        const event = {
          id,
          kind: what,
          atMs: fromMs + since,
          accountId,
          permissionSetArn,
          principalType,
          principalId,
          by,
        };
        assignments.push(event as AssignmentEvent);
      } else if ((kind === "removed Region" || kind === "record") && typeof line[1] === "string" && line.length === 2) {
        (kind === "record" ? records : removedRegions).push(line[1]);
      } else {
        return unusable(`has a line that is not known: ${lines[at]!.slice(0, 80)}`);
      }
    }
    return { part: { fromMs, events, logins, assignments, removedRegions, records } };
  } catch (error) {
    return unusable(`has a line that is no JSON (${messageOf(error)})`);
  }
}

/** A file's bytes: one gzip member. */
export async function archiveFileOf(text: string): Promise<Buffer> {
  return promisify(gzip)(Buffer.from(text, "utf8"));
}

/** What a file says, or why it cannot be used. */
export async function partOfFile(
  bytes: Buffer,
  region: string,
  fromMs: number,
  owner: ArchiveOwner,
  names: readonly string[],
): Promise<ReadPart> {
  const MOST_BYTES = 1_000_000_000;
  let text: string;
  try {
    text = (await promisify(gunzip)(bytes, { maxOutputLength: MOST_BYTES })).toString("utf8");
  } catch (error) {
    return { unusable: `is damaged or cut short (${messageOf(error)})` };
  }
  return partOfText(text, region, fromMs, owner, names);
}

export function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
