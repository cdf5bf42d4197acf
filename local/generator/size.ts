/** What to generate. Every number is met exactly. */
export interface OrganisationSize {
  readonly accounts: number;
  readonly permissionSets: number;
  readonly users: number;
  readonly groups: number;
  /** Groups with at least one assignment. @default four fifths of the groups */
  readonly assignedGroups?: number;
  /** @default five for each group */
  readonly memberships?: number;
  /** Provisioned (account, permission set) pairs. @default two for each account, as far as there are sets */
  readonly pairs?: number;
  /** Assignments to users. @default one for every twenty pairs */
  readonly userAssignments?: number;
  /** Login events of the last 120 days. @default ten for each user */
  readonly events?: number;
  /** Events that make or delete an assignment; another one removes a Region. @default one for every ten pairs */
  readonly assignmentEvents?: number;
  /** The share of everything that is odd: orphans, disabled users, awkward names, failed logins … @default 0.01 */
  readonly oddRate?: number;
  /** The same seed and sizes give the same bytes. @default 1 */
  readonly seed?: number;
}

export type Size = Required<OrganisationSize>;

/** A size that cannot be generated. */
export class SizeError extends Error {
  override readonly name = "SizeError";
}

/** Fills in the defaults and checks that the numbers can be met together. */
export function completeSize(size: OrganisationSize): Size {
  const { accounts, permissionSets, users, groups } = size;
  requireInteger("accounts", accounts, 1, 10_000);
  requireInteger("permissionSets", permissionSets, 1, 5_000);
  requireInteger("users", users, 1, 1_000_000);
  requireInteger("groups", groups, 1, 1_000_000);
  const oddRate = size.oddRate ?? 0.01;
  if (!(oddRate >= 0 && oddRate <= 1)) throw new SizeError(`oddRate: expected a number from 0 to 1, got ${oddRate}`);
  const pairs = size.pairs ?? accounts * Math.min(2, permissionSets);
  const filledGroups = groups - emptyGroups(groups, oddRate);
  const complete: Size = {
    accounts,
    permissionSets,
    users,
    groups,
    pairs,
    assignedGroups: size.assignedGroups ?? Math.ceil(groups * 0.8),
    memberships: size.memberships ?? Math.min(groups * 5, filledGroups * users),
    userAssignments: size.userAssignments ?? Math.min(Math.ceil(pairs / 20), pairs * users),
    events: size.events ?? users * 10,
    assignmentEvents: size.assignmentEvents ?? Math.ceil(pairs / 10),
    oddRate,
    seed: size.seed ?? 1,
  };
  requireInteger("pairs", pairs, 1, accounts * permissionSets, "accounts × permission sets");
  requireInteger("assignedGroups", complete.assignedGroups, 1, groups, "the groups");
  requireInteger("memberships", complete.memberships, 0, filledGroups * users, "groups that are not empty × users");
  requireInteger("userAssignments", complete.userAssignments, 0, pairs * users, "pairs × users");
  requireInteger("events", complete.events, 0, 1_000_000_000);
  requireInteger("assignmentEvents", complete.assignmentEvents, 0, 1_000_000_000);
  requireInteger("seed", complete.seed, 0, 2 ** 32 - 1);
  return complete;
}

/** The last groups are empty ones: at least one, as soon as anything is to be odd. */
export function emptyGroups(groups: number, oddRate: number): number {
  return oddRate === 0 || groups < 2 ? 0 : Math.min(groups - 1, Math.ceil(groups * oddRate));
}

function requireInteger(name: string, value: number, least: number, most: number, why?: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new SizeError(
    `${name}: expected an integer from ${least} to ${most}${why ? ` (${why})` : ""}, got ${value ?? "nothing"}`,
  );
}
