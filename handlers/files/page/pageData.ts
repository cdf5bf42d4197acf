import type { ObservedRegion, RunStatus, Settings } from "../../model";
import type { Row } from "../columns";

/** What changed since the report before, for the page. */
export interface PageChanges {
  /** The present of the earlier report; `null` where there is none to compare with. */
  readonly since: string | null;
  /** Why there is nothing to compare with: a clause without full stop; `null` where there is. */
  readonly reason: string | null;
  /** By kind, such as `GRANTED`; a kind that is missing was not compared. */
  readonly counts: Readonly<Partial<Record<string, number>>>;
  /** Of what was granted, the assignments whose event was seen: the first of them, in the order of the report, and how many there are. */
  readonly given: { readonly first: readonly GivenGrant[]; readonly count: number };
  /** Assignments that were made and ended since, and are in neither of the two reports: the first of them, and how many there are. */
  readonly between: { readonly first: readonly GivenBetween[]; readonly count: number };
}

/** An assignment, as its event tells. */
interface AssignmentMade {
  /** Names, or ids where there are none. */
  readonly account: string;
  readonly permissionSet: string;
  /** Whether it is a group's. */
  readonly group: boolean;
  readonly principal: string;
  /** When it was assigned, and by whom; the latter may be empty. */
  readonly at: string;
  readonly by: string;
}

/** One that is new, and by which rows are granted. */
export interface GivenGrant extends AssignmentMade {
  /** How many rows are granted by it. */
  readonly rows: number;
}

/** One that was ended again; by whom may be empty. */
export interface GivenBetween extends AssignmentMade {
  readonly revokedAt: string;
  readonly revokedBy: string;
}

/** What the page says of the run itself. Instants are `YYYY-MM-DDTHH:MM:SSZ`. */
export interface PageRun {
  readonly runId: string;
  /** Of the Identity Center instance. */
  readonly region: string;
  readonly now: string;
  readonly status: RunStatus;
  readonly warnings: readonly string[];
  readonly newAccessDays: number;
  /** Whether "no login" means that there was none. */
  readonly observed: boolean;
  readonly windowFrom: string;
  readonly windowTo: string;
  /** Mostly `lookbackDays`; a day less where the store keeps no more than that. */
  readonly windowDays: number;
  /** From when on the source can know anything; `null` where that is not known. */
  readonly observedFrom: string | null;
  /** What was seen of each Region. */
  readonly regions: readonly ObservedRegion[];
  /** How many accounts the organization has; `null` where Organizations could not be read. */
  readonly accountsInOrganization: number | null;
  /** What the report does not cover: sentences. */
  readonly notCovered: readonly string[];
  /** All of them, as the manifest has them: for `npm run verify`. */
  readonly settings: Omit<Settings, "now">;
}

/** How many grants, and what became of them in the window. */
export interface UsageCounts {
  grants: number;
  used: number;
  unused: number;
  tooNew: number;
  unknown: number;
}

/** Counts over every row of the report. A grant is a row that names a user. */
export interface Figures extends UsageCounts {
  rows: number;
  /** Users that exist and have a grant, disabled ones included. */
  people: number;
  /** Accounts that a row names. */
  accounts: number;
  /** Of these, accounts that are not in the organization. */
  accountsOutside: number;
  administratorGrants: number;
  unusedAdministratorGrants: number;
  unknownAdministratorGrants: number;
  /** Rows whose group, user or account is not there any more. */
  orphaned: number;
  /** Disabled users that have a grant, and how many grants these are. */
  disabledUsers: number;
  disabledUserGrants: number;
  /** Groups without a member that are assigned, and how often. */
  emptyGroups: number;
  /** Grants of a role that account access manager gives, beside permission sets. */
  accountRoles: number;
  emptyGroupRows: number;
}

/** How much there is to do, by what is suggested: as many actions as the sheet has lines. */
export type ActionCounts = Readonly<
  Record<
    "KEEP" | "REMOVE" | "REVIEW" | "WAIT" | "INVESTIGATE",
    {
      /** Things that somebody does. */
      readonly actions: number;
      /** Of these, memberships that are ended, with all that each gives. */
      readonly memberships: number;
      /** And assignments of groups. */
      readonly assignments: number;
      /** Rows that say so. */
      readonly rows: number;
    }
  >
>;

/** Grants that were used, by whole days since; `to` is included. */
export interface DayBucket {
  readonly from: number;
  readonly to: number;
  grants: number;
}

export interface NamedCounts extends UsageCounts {
  readonly id: string;
  readonly name: string;
}

export interface HeatMap {
  /** Those with the most unused grants first; at most `HEAT_MAP_ACCOUNTS`. */
  readonly accounts: readonly NamedCounts[];
  /** Those with the most unused grants first; at most `HEAT_MAP_PERMISSION_SETS`. */
  readonly permissionSets: readonly NamedCounts[];
  /** What the picture leaves out. */
  readonly otherAccounts: UsageCounts & { readonly count: number };
  readonly otherPermissionSets: UsageCounts & { readonly count: number };
  /** Indices into the two lists; pairs without a grant are left out. */
  readonly cells: readonly (UsageCounts & { readonly account: number; readonly permissionSet: number })[];
}

export interface GroupCounts extends NamedCounts {
  readonly members: number;
  /** Members that used any of the group's grants. */
  readonly usedBy: number;
}

/** The first of a list by unused grants, and how many of it have unused grants in all. */
export interface Ranking<Entry> {
  readonly first: readonly Entry[];
  readonly withUnused: number;
}

/**
 * Every distinct value once, and the rows as indices into them: a fifth of the size of the plain rows. Of which columns the cells
 * are is in pageColumns.ts.
 */
export interface PageTable {
  /** At most this many rows are in the page. */
  readonly limit: number;
  /** Whether the rows are all of the report. */
  readonly complete: boolean;
  readonly accounts: readonly (readonly string[])[];
  /** `Administrator` is `true` or empty. */
  readonly permissionSets: readonly (readonly string[])[];
  readonly ways: readonly (readonly string[])[];
  readonly users: readonly (readonly string[])[];
  /** `LastLogin` is empty where it is an instant: the later of two that the row has. */
  readonly states: readonly (readonly string[])[];
  readonly advice: readonly (readonly string[])[];
  /**
   * Indices into accounts, permissionSets, ways, users, states and advice; then the instants in seconds since 1970, 0 where empty; then
   * the counts, -1 where empty.
   */
  readonly rows: readonly (readonly number[])[];
}

/** The figures of one report; `null` where nobody knows. */
export interface PageTrendPoint {
  readonly now: string;
  readonly people: number | null;
  readonly grants: number;
  readonly unused: number | null;
  readonly administrators: number | null;
  readonly orphaned: number;
  readonly decidedNotDone: number | null;
}

/** The reports before this one, the oldest first. */
export interface PageTrend {
  readonly points: readonly PageTrendPoint[];
  /** Why there are none though there should be: a clause; `null` where nothing failed. */
  readonly reason: string | null;
  /** People who are administrators in this report. */
  readonly administrators: number;
  /** What returned sheets say to take away, and is in this report. */
  readonly decidedNotDone: number;
}

/** All that the page shows, as it is embedded in it. */
export interface PageData {
  readonly run: PageRun;
  readonly figures: Figures;
  readonly actions: ActionCounts;
  /** Rows that are gone once all is done that is suggested for removal. */
  readonly removableRows: number;
  readonly daysSinceLastUse: readonly DayBucket[];
  readonly heatMap: HeatMap;
  readonly groups: Ranking<GroupCounts>;
  readonly permissionSets: Ranking<NamedCounts>;
  readonly changes: PageChanges;
  readonly trend: PageTrend;
  readonly table: PageTable;
}

/** Gathers something from rows that go by once, in the order of the report. */
export interface Gatherer<Result> {
  add(batch: readonly Row[]): void;
  result(): Result;
}
