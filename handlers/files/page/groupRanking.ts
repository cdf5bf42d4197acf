import { RANKED } from "./heatMap";
import type { Gatherer, GroupCounts, NamedCounts, Ranking } from "./pageData";

interface GroupTally extends NamedCounts {
  members: number;
  readonly usedBy: Set<string>;
}

/** The groups with the most unused grants. Memory holds the groups and, at most, their memberships. */
export function createGroupRanking(): Gatherer<Ranking<GroupCounts>> {
  const ranked = RANKED;
  const groups = new Map<string, GroupTally>();
  let account = "";
  let arn = "";
  let role = "";
  let group: GroupTally | null = null;

  return {
    add(batch) {
      for (const row of batch) {
        const usage = row.Usage;
        const id = row.GroupId;
        if (id === "" || usage === "") continue;
        const samePair = row.PermissionSetArn === arn && row.RoleArn === role && row.account === account;
        if (group === null || id !== group.id || !samePair) {
          account = row.account;
          arn = row.PermissionSetArn;
          role = row.RoleArn;
          group = groups.get(id) ?? {
            id,
            name: row.GroupName,
            members: 0,
            usedBy: new Set(),
            grants: 0,
            used: 0,
            unused: 0,
            tooNew: 0,
            unknown: 0,
          };
          groups.set(id, group);
          // Every pair that the group is assigned to lists all of its members.
          group.members = 0;
        }
        group.members += 1;
        group.grants += 1;
        if (usage === "USED") {
          group.used += 1;
          group.usedBy.add(row.UserId);
        } else if (usage === "UNUSED_IN_WINDOW") {
          group.unused += 1;
        } else if (usage === "TOO_NEW") {
          group.tooNew += 1;
        } else {
          group.unknown += 1;
        }
      }
    },
    result() {
      const unused = [...groups.values()].filter((counts) => counts.unused > 0);
      unused.sort((a, b) => b.unused - a.unused || b.grants - a.grants || (a.id < b.id ? -1 : 1));
      const first = unused.slice(0, ranked).map((counts) => ({ ...counts, usedBy: counts.usedBy.size }));
      return { first, withUnused: unused.length };
    },
  };
}
