import type { Row } from "../columns";

/** A user's ways into one account with one role. */
export interface Ways {
  /** As many as may be named beside one of them, in the order of the report. */
  readonly first: Row[];
  count: number;
  direct: Row | null;
}

/** Finds out who has a role in several ways, and names the others. */
export function createRedundancy() {
  const WAYS_NAMED = 3;
  const nameOf = (way: Row): string => (way.Type === "USER" ? "DIRECT" : way.GroupName || way.GroupId);

  return {
    /**
     * User id → the user's ways into the pair, where there are several.
     *
     * @param pair the rows of one account and role, in the order of the report
     */
    waysOf(pair: readonly Row[]): ReadonlyMap<string, Ways> {
      const firstOf = new Map<string, Row>();
      const several = new Map<string, Ways>();
      // Sorted by type and group: if the ends are the same, the pair has one way in.
      if (pair[0]?.GroupId === pair.at(-1)?.GroupId) return several;
      for (const row of pair) {
        if (row.UserId === "") continue;
        const first = firstOf.get(row.UserId);
        if (first === undefined) {
          firstOf.set(row.UserId, row);
          continue;
        }
        let ways = several.get(row.UserId);
        if (ways === undefined) {
          ways = { first: [first], count: 1, direct: null };
          several.set(row.UserId, ways);
        }
        if (ways.first.length <= WAYS_NAMED) ways.first.push(row);
        if (row.Type === "USER") ways.direct = row;
        ways.count++;
      }
      return several;
    },

    /** In the order of the report; of more than are named, the direct one first, since it stays whatever group the user leaves. */
    others(row: Row, { first, count, direct }: Ways): string {
      const others = first.filter((way) => way !== row);
      const unnamed = count - 1 - WAYS_NAMED;
      if (unnamed <= 0) return others.map(nameOf).join("; ");
      if (direct !== null && direct !== row) others.unshift(direct);
      return `${others.slice(0, WAYS_NAMED).map(nameOf).join("; ")} and ${unnamed} more`;
    },
  };
}
