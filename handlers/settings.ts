import { RE2JS } from "re2js";
import { messageOf, reportError } from "./errors";
import type { Settings } from "./model";
import { formatInstant, INSTANT, parseInstant } from "./times";

/**
 * What a run is told to do, by its stack or by the terminal. Stack config, function, terminal and its help are made from this table; what a
 * stack creates around the function is in components/settings.ts.
 */
export const runSettings = {
  lakeId: text({
    placeholder: "ID",
    help: "CloudTrail Lake event data store with the login events: its id or ARN, which also gives its Region. Empty: CloudTrail Event history, which every account has.",
    expected: 'an event data store id (UUID) or ARN, or "" for Event history',
    hint: "Find it under CloudTrail → Lake → Event data stores.",
    accepts: (value) => value === "" || parseEventDataStore(value) !== null,
  }),
  trailTable: text({
    placeholder: "TABLE",
    help: "Athena table over the files of a CloudTrail trail, to read the logins from: database.table or catalog.database.table. The table is only read. Empty: lakeId says where logins are read.",
    expected:
      'a table of at most 255 characters like security.cloudtrail_logs or AwsDataCatalog.security.cloudtrail_logs, or ""',
    hint: "Find it under Athena → Query editor → Data.",
    accepts: (value) => value === "" || (value.length <= 255 && parseTrailTable(value) !== null),
  }),
  trailWorkgroup: text({
    defaultValue: "primary",
    placeholder: "NAME",
    help: "Athena workgroup in which trailTable is queried; it says where results go, and what a query may cost.",
    expected: "a workgroup's name of 1 to 128 letters, digits, dots, underscores and hyphens",
    hint: "Find it under Athena → Workgroups.",
    accepts: /^[a-zA-Z0-9._-]{1,128}$/,
  }),
  loginRoleArn: text({
    placeholder: "ARN",
    help: "Role that is assumed for reading logins, where they are in another account than the one in which the report is made. Empty: the run's own credentials.",
    expected: 'a role ARN of at most 255 characters like arn:aws:iam::444455556666:role/read-logins, or ""',
    hint: "Its policy and its trust are in docs/policies/login-role.json and login-role-trust.json.",
    accepts: (value) =>
      value === "" ||
      (value.length <= 255 && /^arn:aws[a-z-]*:iam::\d{12}:role\/([!-.0-~]+\/)*[\w+=,.@-]{1,64}$/.test(value)),
  }),
  instanceArn: text({
    placeholder: "ARN",
    help: "IAM Identity Center instance; by default the account's one instance.",
    expected: 'an instance ARN like arn:aws:sso:::instance/ssoins-1234567890abcdef, or "" to look it up',
    hint: "Find it under IAM Identity Center → Settings → Details.",
    accepts: /^(arn:aws[a-z-]*:sso:::instance\/(sso)?ins-[a-zA-Z0-9-.]{16})?$/,
  }),
  identityStoreId: text({
    placeholder: "ID",
    help: "Identity store of the instance; by default it is looked up.",
    expected: 'an identity store id (d- and ten hexadecimal digits, or a UUID), or "" to look it up',
    hint: "Find it under IAM Identity Center → Settings → Identity source.",
    accepts: /^(d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$/,
  }),
  lookbackDays: whole({
    ...{ defaultValue: 90, min: 1, max: 3653, unit: "days", placeholder: "DAYS" },
    help: "How far back a login counts.",
  }),
  newAccessDays: whole({
    ...{ defaultValue: 14, min: 0, max: 365, unit: "days", placeholder: "DAYS" },
    help: "Access younger than this, by its membership (for a direct assignment, its user) or its assignment's event, is not reported as unused.",
  }),
  requestsPerSecond: whole({
    ...{ defaultValue: 15, min: 1, max: 200, unit: "requests a second", placeholder: "N" },
    help: "Pace toward IAM Identity Center, which grants 20 a second to the whole account unless AWS has raised it.",
  }),
  administratorPermissionSets: names({
    ...{ most: 50, form: /^[\w+=,.@-]{1,32}$/, what: "names of permission sets", placeholder: "NAME" },
    help: "Permission sets that count as administrator, besides those with the AWS managed policy AdministratorAccess or IAMFullAccess, or an inline policy that allows everything.",
    example: '["PlatformAdmin","BreakGlass"]',
    hint: "The names: IAM Identity Center → Permission sets. Upper and lower case count.",
  }),
  reviewerPattern: text({
    placeholder: "PATTERN",
    help: "Regular expression (RE2) whose one group captures the reviewer from the name of a group or else of a permission set; by default there are no reviewers.",
    expected: 'a regular expression with one capturing group, like ^team-(\\w+)-, or ""',
    hint: "The syntax: https://github.com/google/re2/wiki/Syntax",
    problem: reviewerPatternProblem,
  }),
} as const;

export interface Setting<Value = unknown> {
  /** In Pulumi's words. */
  readonly type: "string" | "boolean" | "integer" | "array";
  /** Missing where a value must be given. (Not `default`: Pulumi takes an object that has it for a module.) */
  readonly defaultValue?: Value;
  /** What it is for, to be read in a table, in a terminal and in code. */
  readonly help: string;
  /** How much it may be, in words; empty where that is no matter of numbers. */
  readonly range: string;
  /** What a right value is, in the words of an error message. */
  readonly expected: string;
  /** Where to find a right value; may be empty. */
  readonly hint: string;
  /** What stands for its value in the terminal's help. */
  readonly placeholder?: string;
  /** What is wrong with a value: undefined where nothing is, "" where `expected` says it all. */
  readonly problem: (value: unknown) => string | undefined;
}

export interface WholeSetting extends Setting<number> {
  readonly defaultValue: number;
  readonly min: number;
  readonly max: number;
}

type Texts = Pick<Setting, "help" | "hint" | "placeholder">;
/** The values of a table of settings. */
export type ValuesOf<Table> = {
  readonly [Key in keyof Table]: Table[Key] extends Setting<infer Value> ? Value : never;
};

export type RunSettingKey = keyof typeof runSettings;

export function text({
  accepts,
  problem = (value) => ((accepts instanceof RegExp ? accepts.test(value) : accepts?.(value)) ? undefined : ""),
  ...row
}: Texts & {
  readonly defaultValue?: string;
  readonly expected: string;
  readonly accepts?: RegExp | ((value: string) => boolean);
  readonly problem?: (value: string) => string | undefined;
}): Setting<string> {
  const check = (value: unknown) => (typeof value === "string" ? problem(value) : "");
  return { type: "string", defaultValue: "", range: "", ...row, problem: check };
}

export function flag(help: string, byDefault = false): Setting<boolean> {
  const problem = (value: unknown) => (typeof value === "boolean" ? undefined : "");
  return { type: "boolean", defaultValue: byDefault, help, range: "", expected: "true or false", hint: "", problem };
}

type WholeRow = Omit<Texts, "hint"> & Pick<WholeSetting, "defaultValue" | "min" | "max"> & { unit: string };

export function whole({ unit, ...row }: WholeRow): WholeSetting {
  const { min, max } = row;
  const problem = (value: unknown) =>
    Number.isInteger(value) && min <= Number(value) && Number(value) <= max ? undefined : "";
  const expected = `a whole number of ${unit} from ${min} to ${max}`;
  return { type: "integer", range: `${min}–${max} ${unit}`, expected, hint: "", ...row, problem };
}

type NamesRow = Texts & { most: number; form: RegExp; what: string; example: string };

export function names({ most, form, what, example, ...row }: NamesRow): Setting<readonly string[]> {
  const isName = (value: unknown) => typeof value === "string" && form.test(value);
  const problem = (value: unknown) =>
    Array.isArray(value) && value.length <= most && value.every(isName) ? undefined : "";
  const expected = `at most ${most} ${what}, like ${example}`;
  return { type: "array", defaultValue: [], range: `at most ${most}`, expected, ...row, problem };
}

/**
 * What is wrong with a value, as a sentence for people that calls the setting by this name; undefined where nothing is.
 *
 * @param isSecret keeps the value, and what could tell it, out of the sentence
 */
export function settingProblem(name: string, setting: Setting, value: unknown, isSecret = false): string | undefined {
  const problem = setting.problem(value);
  if (problem === undefined) return undefined;
  const got = isSecret ? "a secret value that is none" : value === undefined ? "nothing" : JSON.stringify(value);
  const sentence = `${name}: expected ${setting.expected}, got ${got}${problem === "" || isSecret ? "" : ` (${problem})`}.`;
  return setting.hint === "" ? sentence : `${sentence} ${setting.hint}`;
}

/** The whole number that a text is; the text itself where it is none, so that an error can show it. */
export function wholeNumber(text: string): number | string {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

/** The settings of a run as its stages know them, from values of the table; `null` for `lakeId` leaves the login source out. */
export function runSettingsOf({
  lakeId,
  ...others
}: Omit<ValuesOf<typeof runSettings>, "lakeId"> & { readonly lakeId: string | null }): Omit<Settings, "now"> {
  return { eventDataStore: lakeId, ...others };
}

const runTypes: Readonly<Record<string, Setting["type"]>> = Object.fromEntries(
  Object.entries(runSettings).map(([key, { type }]) => [key === "lakeId" ? "eventDataStore" : key, type]),
);

/** What the stack gave its function, as JSON in `REPORT_SETTINGS`; `null` where it cannot be read, of which `settingsOf` complains. */
export function deployedSettings({ REPORT_SETTINGS }: Environment): Omit<Settings, "now"> | null {
  const isOf = (type: Setting["type"], value: unknown): boolean =>
    type === "array"
      ? Array.isArray(value) && value.every((name) => typeof name === "string")
      : type === "integer"
        ? Number.isInteger(value)
        : typeof value === type;
  try {
    const given = JSON.parse(REPORT_SETTINGS ?? "");
    return Object.entries(runTypes).every(([key, type]) => isOf(type, given[key])) ? given : null;
  } catch {
    return null;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of a run, from the function's environment (docs/architecture.md) and the event. */
export function settingsOf(environment: Environment, event: { readonly lookbackDays?: number | string }): Settings {
  const deployed = deployedSettings(environment);
  if (deployed === null) {
    const what = environment.REPORT_SETTINGS ? "does not hold the settings of a report" : "is not set";
    throw reportError("BadEnvironment", `The environment variable REPORT_SETTINGS ${what}. Deploy the stack again.`);
  }
  const given = event.lookbackDays ?? "";
  const lookbackDays = given === "" ? deployed.lookbackDays : typeof given === "string" ? wholeNumber(given) : given;
  const problem = settingProblem("lookbackDays", runSettings.lookbackDays, lookbackDays);
  if (problem !== undefined) throw reportError("BadSetting", problem);
  const now = environment.CREDENTIAL_REPORT_NOW;
  const nowMs = now === undefined || now === "" ? Date.now() : parseInstant(now);
  if (nowMs === null) {
    throw reportError("BadSetting", `CREDENTIAL_REPORT_NOW: expected ${INSTANT}, got ${JSON.stringify(now)}.`);
  }
  return { ...deployed, lookbackDays: Number(lookbackDays), now: formatInstant(nowMs) };
}

export interface EventDataStoreName {
  /** The UUID, which is what a query's FROM takes. */
  readonly id: string;
  /** Empty where only the id is known. */
  readonly region: string;
}

/** Reads an event data store's id (UUID) or ARN; `null` where it is neither. */
export function parseEventDataStore(text: string): EventDataStoreName | null {
  const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
  const match = new RegExp(`^(?:arn:aws[a-z-]*:cloudtrail:([a-z0-9-]+):\\d{12}:eventdatastore/)?(${uuid})$`, "i").exec(
    text,
  );
  return match ? { id: match[2]!, region: match[1] ?? "" } : null;
}

/** A table that Athena knows, by the parts of its name. */
export interface TrailTableName {
  readonly catalog: string;
  readonly database: string;
  readonly table: string;
  /** As people write it. */
  readonly full: string;
}

/** Reads `database.table` or `catalog.database.table`; `null` where it is neither. */
export function parseTrailTable(text: string): TrailTableName | null {
  const parts = text.split(".");
  if (parts.length < 2 || parts.length > 3 || !parts.every((part) => /^[A-Za-z0-9_@-]{1,128}$/.test(part))) return null;
  const [table = "", database = "", catalog = "AwsDataCatalog"] = [...parts].reverse();
  return { catalog, database, table, full: text };
}

/**
 * What to do where the logins are in the Event history of another account, for people who see it before anything is asked of AWS.
 *
 * @param owner the account that owns the instance
 * @param named what the three settings are called
 */
export function waysToLogins(
  owner: string,
  [role, lake, table]: readonly [role: string, lake: string, table: string],
): string {
  const policy = {
    Version: "2012-10-17",
    Statement: [{ Sid: "LookUpLogins", Effect: "Allow", Action: "cloudtrail:LookupEvents", Resource: "*" }],
  };
  return (
    `Name with ${role} a role of account ${owner} that may read them, by this policy: ${JSON.stringify(policy)} (its trust: docs/policies/login-role-trust.json); ` +
    `or with ${lake} a CloudTrail Lake event data store, or with ${table} an Athena table over a trail's files, that has that account's events and may be read from here (docs/logins.md).`
  );
}

/**
 * Patterns are RE2's, not JavaScript's: those match in time linear to the name, so that no pattern and no name can stall a run.
 * In return there are no lookarounds and no backreferences. The empty one names nobody.
 */
function reviewerPatternProblem(pattern: string): string | undefined {
  const LONGEST = 500;
  if (pattern === "") return undefined;
  if (pattern.length > LONGEST) return `it has ${pattern.length} characters, ${LONGEST} are allowed`;
  try {
    const groups = RE2JS.compile(pattern).groupCount();
    if (groups === 1) return undefined;
    return `it has ${groups} capturing groups instead of one, around the reviewer; write the others as (?:…)`;
  } catch (error) {
    return `it is no regular expression of RE2's syntax: ${messageOf(error)}`;
  }
}
