import type { AssignmentEvent, PrincipalType } from "../model";
import { MOST_RECORDS, type QuarterPart } from "./archive";
import { EVENTS, type EventName } from "./events";
import type { NamedLogins } from "./part";

/**
 * An event as the journal keeps it: when it was (`null` where it does not say), its id, and what it tells: of a login its five names, then its
 * record where it is not clear; of an assignment its account, permission set, type and id of the principal, and who asked for it; of a removed
 * Region the Region. Nothing for one that tells nothing of these.
 */
export type KeptEvent = readonly [atMs: number | null, id: string, ...told: string[]];

type Sum = { -readonly [Key in keyof NamedLogins]: NamedLogins[Key] };

/** Sums up the events of some quarters, which come in no order, and some of them again. */
export interface QuarterSums {
  /**
   * @param events of one name, of a page; one without a time is taken for as old as the oldest of them
   * @param fromMs and `toMs`: what was asked for, both within
   */
  add(name: EventName, events: readonly KeptEvent[], fromMs: number, toMs: number): void;
  /** What a quarter's events tell. */
  part(fromMs: number): QuarterPart;
}

/** @param names the events that are read */
export function createQuarterSums(names: readonly EventName[]): QuarterSums {
  interface Quarter {
    readonly seen: Set<string>;
    readonly events: Record<string, number>;
    readonly logins: Map<string, Sum>;
    readonly assignments: AssignmentEvent[];
    readonly removedRegions: Set<string>;
    records: [order: string, record: string][];
  }
  const kinds: Readonly<Record<EventName, string>> = EVENTS;
  const quarters = new Map<number, Quarter>();

  function quarterAt(fromMs: number): Quarter {
    let quarter = quarters.get(fromMs);
    if (quarter === undefined) {
      const events = Object.fromEntries(names.map((name) => [name, 0]));
      const none = { events, assignments: [], records: [] };
      quarter = { ...none, seen: new Set(), logins: new Map(), removedRegions: new Set() };
      quarters.set(fromMs, quarter);
    }
    return quarter;
  }

  function firstRecords(records: Quarter["records"]): Quarter["records"] {
    return records.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MOST_RECORDS);
  }

  return {
    add(name, events, fromMs, toMs) {
      const QUARTER = 21_600_000;
      const { floor, max, min } = Math;
      const kind = kinds[name];
      let oldestMs = toMs;
      for (const [atMs] of events) if (atMs !== null && atMs < oldestMs) oldestMs = atMs;
      for (const event of events) {
        const atMs = min(toMs, max(fromMs, event[0] ?? oldestMs));
        const quarter = quarterAt(floor(atMs / QUARTER) * QUARTER);
        const id = event[1];
        if (quarter.seen.has(id)) continue;
        quarter.seen.add(id);
        quarter.events[name]! += 1;
        if (event.length === 2) continue;
        if (kind === "created" || kind === "deleted") {
          const [, , accountId = "", permissionSetArn = "", type, principalId = "", by = ""] = event;
          const principalType = type as PrincipalType;
          quarter.assignments.push({ id, kind, atMs, accountId, permissionSetArn, principalType, principalId, by });
          continue;
        }
        if (kind === "removed Region") {
          quarter.removedRegions.add(event[2]!);
          continue;
        }
        const [, , userId = "", principalId = "", userName = "", accountId = "", roleName = "", record] = event;
        const key = `${userId}\n${principalId}\n${userName}\n${accountId}\n${roleName}`;
        let sum = quarter.logins.get(key);
        if (sum === undefined) {
          const none = { firstMs: atMs, lastConsoleMs: null, lastProgrammaticMs: null, count: 0 };
          sum = { userId, principalId, userName, accountId, roleName, ...none };
          quarter.logins.set(key, sum);
        }
        if (kind === "console") sum.lastConsoleMs = max(sum.lastConsoleMs ?? 0, atMs);
        else sum.lastProgrammaticMs = max(sum.lastProgrammaticMs ?? 0, atMs);
        sum.firstMs = min(sum.firstMs, atMs);
        sum.count += 1;
        if (record === undefined) continue;
        quarter.records.push([`${atMs} ${id}`, record]);
        if (quarter.records.length > 2 * MOST_RECORDS) quarter.records = firstRecords(quarter.records);
      }
    },

    part(fromMs) {
      const { events, logins, assignments, removedRegions, records } = quarterAt(fromMs);
      return {
        fromMs,
        events,
        logins: [...logins.values()],
        assignments,
        removedRegions: [...removedRegions],
        records: firstRecords(records).map(([, record]) => record),
      };
    },
  };
}

/** All that the parts of a window tell together. */
export interface WindowSums {
  add(part: Pick<QuarterPart, "logins" | "assignments">): void;
  logins(): NamedLogins[];
  assignments(): AssignmentEvent[];
}

export function createWindowSums(): WindowSums {
  const sums = new Map<string, Sum>();
  const assignments: AssignmentEvent[] = [];
  return {
    add(part) {
      const { max, min } = Math;
      for (const one of part.logins) {
        const key = `${one.userId}\n${one.principalId}\n${one.userName}\n${one.accountId}\n${one.roleName}`;
        const sum = sums.get(key);
        if (sum === undefined) {
          sums.set(key, { ...one });
          continue;
        }
        if (one.lastConsoleMs !== null) sum.lastConsoleMs = max(sum.lastConsoleMs ?? 0, one.lastConsoleMs);
        if (one.lastProgrammaticMs !== null) {
          sum.lastProgrammaticMs = max(sum.lastProgrammaticMs ?? 0, one.lastProgrammaticMs);
        }
        sum.firstMs = min(sum.firstMs, one.firstMs);
        sum.count += one.count;
      }
      for (const event of part.assignments) assignments.push(event);
    },
    logins: () => [...sums.values()],
    assignments: () => assignments,
  };
}
