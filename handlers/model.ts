/**
 * What the stages of a run hand to each other. Every value here is plain JSON, so that a stage may run
 * in another process than the one before it. Instants are ISO 8601 in UTC, cut to whole seconds, unless a
 * name ends in `Ms` (milliseconds since 1970).
 */

/** What a run is told to do: `runSettings` in `settings.ts` says what each may be. */
export interface Settings {
  /**
   * CloudTrail Lake event data store: its id (UUID) or ARN; "" for CloudTrail Event history. `null` leaves the login source out: all usage is
   * UNKNOWN.
   */
  readonly eventDataStore: string | null;
  /** Athena table over a trail's files, `[catalog.]database.table`; "" where logins are not read from one. Never beside an event data store. */
  readonly trailTable: string;
  /** The Athena workgroup for it. */
  readonly trailWorkgroup: string;
  /** The role that is assumed for reading logins; "" for the run's own credentials. */
  readonly loginRoleArn: string;
  /** `arn:<partition>:sso:::instance/ssoins-…` */
  readonly instanceArn: string;
  /** As AWS says it, mostly `d-…`. */
  readonly identityStoreId: string;
  /** How many days back a login counts. */
  readonly lookbackDays: number;
  /** Access younger than this many days is not reported as unused. */
  readonly newAccessDays: number;
  /** Pace of the sso-admin calls, out of the 20 a second that AWS grants; see `createPace` for the others. */
  readonly requestsPerSecond: number;
  /** Names of permission sets that count as administrator besides those with the AWS-managed policy AdministratorAccess. */
  readonly administratorPermissionSets: readonly string[];
  /** Who reviews a grant, by the names of its group and permission set: an expression of RE2's syntax with one group; empty for no reviewers. */
  readonly reviewerPattern: string;
  /** The instant that the run takes for the present, whole seconds. */
  readonly now: string;
}

/** Where the Identity Center instance is. */
export interface InstanceRegions {
  /** In their order; none where they could not be read. */
  readonly regions: readonly string[];
  /** The one in which the instance was made; `null` where AWS does not say. */
  readonly primary: string | null;
  /** Why they could not be read; `null` where they were. */
  readonly refused: string | null;
}

/** What kind of instance it is. */
export interface InstanceFacts extends InstanceRegions {
  /** Of each of `regions`: its state, in AWS's words, and since when it is one of them; `null` where AWS does not say. */
  readonly regionStates: readonly {
    readonly region: string;
    readonly status: string;
    readonly addedAt: string | null;
  }[];
  /** `null` where AWS does not say; so are the next three, the third where there are no network controls. */
  readonly ownerAccountId: string | null;
  /** Where they are not, access is given by account access manager alone. */
  readonly permissionSetsEnabled: boolean | null;
  readonly encryption: { readonly keyType: string; readonly keyArn: string | null; readonly status: string } | null;
  /** As AWS says them. */
  readonly networkControls: Readonly<Record<string, unknown>> | null;
  /** Why the instance could not be described; `null` where it was. */
  readonly notDescribed: string | null;
}

/** Whether account access manager was asked: `not-offered` is a fact about a Region, `failed` leaves ways into accounts out. */
export type AccountAccessStatus = "read" | "not-offered" | "failed";

/** The organization, and what gives access in it beside permission sets. */
export interface Organization {
  /** `null` where Organizations may not be read. */
  readonly accounts: readonly Account[] | null;
  /** Why `accounts` is null. */
  readonly accountsRefused: string | null;
  /** `null` where AWS does not say. */
  readonly managementAccountId: string | null;
  readonly accountAccess: {
    readonly status: AccountAccessStatus;
    /** Why the status is not `read`: a clause. */
    readonly reason: string | null;
    /** ARNs of account access manager's applications, in order. */
    readonly applications: readonly string[];
  };
  /** As in `Collection`. */
  readonly notUnderstood: readonly string[];
}

/** Who was given a role of an account by account access manager. */
export interface RoleEntitlements {
  readonly accountId: string;
  readonly roleArn: string;
  /** Since when, as far as AWS says it. Each user and group once. */
  readonly principals: readonly (readonly [type: PrincipalType, id: string, createdMs: number | null])[];
}

export interface Entitlements {
  readonly status: AccountAccessStatus;
  /** Why the status is not `read`: a clause. */
  readonly reason: string | null;
  readonly applications: number;
  /** In the order of the report: account, role. None where the status is not `read`: a part of them is no list. */
  readonly roles: readonly RoleEntitlements[];
}

/** The applications of the instance, which the report does not cover. */
export interface Applications {
  /** Why they could not be looked at; `null` where they were. */
  readonly refused: string | null;
  readonly count: number;
  /** Names, or ARNs where they have none, of those whose tokens may enter accounts as their users; in order. */
  readonly acting: readonly string[];
  /** Those of which AWS does not tell the scopes. */
  readonly withoutScopes: number;
}

/** What a login source has seen of one Region. */
export interface ObservedRegion {
  readonly region: string;
  /** From when on; `null` where nothing was seen, or nobody knows since when. */
  readonly from: string | null;
  readonly to: string;
  /** Why that is not the whole window: a clause; `null` where it is. */
  readonly reason: string | null;
}

export interface PermissionSet {
  readonly arn: string;
  /** 1–32 characters of `[\w+=,.@-]`; the role name that login events carry. */
  readonly name: string;
  /** Empty where it has none. */
  readonly description: string;
  /**
   * Whether it carries the AWS-managed policy AdministratorAccess or IAMFullAccess or an inline policy that allows everything, or is named in
   * `administratorPermissionSets`.
   */
  readonly administrator: boolean;
  /** Why it is, and which of its policies cannot be read: a clause; left out where there is nothing to say. */
  readonly administratorReason?: string;
}

/** An account and the index, in `Provisioning.permissionSets`, of a permission set that is provisioned to it. */
export type Pair = readonly [accountId: string, permissionSet: number];

export interface Provisioning {
  readonly permissionSets: readonly PermissionSet[];
  /** In the order of the report: account, permission set name, permission set ARN. */
  readonly pairs: readonly Pair[];
  /** What readers have to know of how this was read, for people. Does not make the report degraded. */
  readonly notes: readonly string[];
}

export type PrincipalType = "GROUP" | "USER";

/** The principals assigned to one pair. */
export type Principal = readonly [type: PrincipalType, id: string];

export interface User {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly email: string;
  /** `ENABLED`, `DISABLED`, or empty where the Identity Store does not say, or says something that is not understood. */
  readonly status: string;
  readonly createdMs: number | null;
}

export interface Group {
  readonly id: string;
  readonly name: string;
}

export interface Membership {
  readonly userId: string;
  readonly createdMs: number | null;
  /** There is a date, and it is not understood. */
  readonly ageNotKnown?: boolean;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  /** `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`, `CLOSED`, `PENDING_ACTIVATION`, or `UNKNOWN` where Organizations does not say so. */
  readonly state: string;
}

/** What a run that took long looked for in its own time: assignments that were made or ended, whose pairs it then read again. */
export interface ReadAgain {
  /** Both ends of that time are within. */
  readonly from: string;
  readonly to: string;
  /** Of account and permission set: how many were read again, or for the first time. */
  readonly pairs: number;
  /** Why not all that was changed may be among them: a clause; `null` where nothing is known to be missing. */
  readonly reason: string | null;
}

/** What `collect` gives for the pairs that it was given. */
export interface Collection {
  /** For each pair, in order, its principals. */
  readonly principals: readonly (readonly Principal[])[];
  /** Everyone who is listed, and who occurs and was then found by id. Who occurs and is not here does not exist. */
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  /** Group id → members; every assigned group that exists is a key. */
  readonly memberships: Readonly<Record<string, readonly Membership[]>>;
  /** `null` where Organizations may not be read. */
  readonly accounts: readonly Account[] | null;
  /** Why `accounts` is null. */
  readonly accountsRefused: string | null;
  readonly entitlements: Entitlements;
  /** Left out where reading was short. */
  readonly readAgain?: ReadAgain;
  /** As in `Provisioning`. */
  readonly notes: readonly string[];
  /** States and instants that were not understood and are taken for unknown, for people. They make the report degraded. */
  readonly notUnderstood: readonly string[];
}

/** Logins of one user (by id; by name only where the event has no id) to one account with one permission-set name. */
export interface LastLogin {
  /** Empty where the event had none; then `userName` is set. */
  readonly userId: string;
  readonly userName: string;
  readonly accountId: string;
  readonly roleName: string;
  /** The earliest of both kinds in the window. */
  readonly firstMs: number;
  readonly lastConsoleMs: number | null;
  readonly lastProgrammaticMs: number | null;
  /** Logins of both kinds in the window, each event once. */
  readonly count: number;
}

/** Logins whose account or role has no form that is known, or is missing: evidence of use, though not of which. */
export type NotUnderstoodLogin = LastLogin;

export interface UnattributedLogin {
  readonly accountId: string;
  readonly roleName: string;
  readonly count: number;
}

/** An assignment that was made or ended, as its event tells. That there is none proves nothing. */
export interface AssignmentEvent {
  /** The event's own: it is told once, however often it is delivered. */
  readonly id: string;
  readonly kind: "created" | "deleted";
  readonly atMs: number;
  readonly accountId: string;
  readonly permissionSetArn: string;
  readonly principalType: PrincipalType;
  readonly principalId: string;
  /** Who asked for it: `userIdentity.arn`, else the user's name or id; empty where the event does not say. */
  readonly by: string;
}

/** A file of the login archive that a report has used, as its manifest names it. */
export interface ArchiveFile {
  readonly region: string;
  /** First instant of its quarter of a day. */
  readonly from: string;
  readonly sha256: string;
}

export interface Logins {
  /** Whether the source answered. `failed` and `left-out` make every usage UNKNOWN. */
  readonly source: "read" | "failed" | "left-out";
  /** Whether "no login" means that there was none: the source answered and saw the whole window. */
  readonly observed: boolean;
  /** Why the window was not observed, for people; `null` where it was. */
  readonly reason: string | null;
  readonly windowFrom: string;
  readonly windowTo: string;
  /** From when on the source can know anything; `null` where that is not known. */
  readonly observedFrom: string | null;
  /** One for each Region of the instance, in their order. */
  readonly regions: readonly ObservedRegion[];
  readonly lastLogins: readonly LastLogin[];
  readonly queryId: string | null;
  /** What CloudTrail Lake or Athena bills; `null` where no query finished. */
  readonly bytesScanned: number | null;
  /** Logins in the window that name no user: whoever may enter that account with that role may have been it. */
  readonly unattributed: readonly UnattributedLogin[];
  /** Logins in the window of which nobody can say where they went. `userId` and `userName` may both be empty. */
  readonly notUnderstood: readonly NotUnderstoodLogin[];
  /** Of the window, and of the run's own time where that was asked for (`Collection.readAgain`); each event once. */
  readonly assignments: readonly AssignmentEvent[];
  /** The files of the login archive that were used, by Region and first instant; only of a source that has one. */
  readonly archive?: readonly ArchiveFile[];
  /** What readers have to know of how this was read, for people. Does not make the report degraded. */
  readonly notes?: readonly string[];
}

/** The figures of one report. `null` where its manifest does not say, or where what is unused was not observed. */
export interface TrendPoint {
  /** The report's present. */
  readonly now: string;
  readonly people: number | null;
  readonly grants: number;
  readonly unused: number | null;
  /** People with an administrator grant. */
  readonly administrators: number | null;
  readonly orphaned: number;
  /** Decisions to revoke that are not carried out. */
  readonly decidedNotDone: number | null;
}

/** The figures of the reports before this one, the oldest first. */
export interface Trend {
  readonly points: readonly TrendPoint[];
  /** Why there are none though there should be: a clause without full stop; `null` where nothing failed. */
  readonly reason: string | null;
}

export type RunStatus = "succeeded" | "degraded";

/** Told as work proceeds: the first `done` of `total` are finished; `total` is `null` where it cannot be known. */
export type Progress = (what: string, done: number, total: number | null) => void;
