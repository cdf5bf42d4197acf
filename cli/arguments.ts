import { parseArgs } from "node:util";
import { reportError } from "../handlers/errors";
import type { Settings } from "../handlers/model";
import {
  type RunSettingKey,
  runSettings,
  runSettingsOf,
  type Setting,
  settingProblem,
  wholeNumber,
} from "../handlers/settings";
import { INSTANT, parseInstant } from "../handlers/times";
import { commandLine } from "./program";

/** An option that is no setting of a report; without a placeholder it takes no value. */
interface Option {
  readonly placeholder?: string;
  readonly help: string;
}

const otherOptions = {
  "no-logins": { help: "Leave the login source out: every usage is UNKNOWN." },
  now: {
    placeholder: "INSTANT",
    help: "The instant to take for the present, in ISO 8601 with a zone; by default the clock's. For a local AWS: of AWS itself, usage is UNKNOWN where AWS has deleted logins of the window since, or where the instant is in the future.",
  },
  out: {
    placeholder: "DIR",
    help: "Where the report goes (default report). It replaces the report there; but a degraded one leaves a whole one in place, and goes to DIR/degraded.",
  },
  resume: {
    help: "Go on with the unfinished run that DIR keeps: of the same program version, settings, instance, and account, at most three days old. If there is none, begin a new run.",
  },
  restart: { help: "Remove what DIR keeps of an unfinished run, and begin a new one." },
  profile: { placeholder: "NAME", help: "A profile of ~/.aws/config." },
  region: { placeholder: "REGION", help: "The primary Region of the Identity Center instance; by default AWS_REGION." },
  json: { help: "Print the run's summary as JSON on standard output." },
  quiet: { help: "Print nothing but errors." },
  help: { help: "Print this." },
} satisfies Record<string, Option>;

const keys = Object.keys(runSettings) as RunSettingKey[];

const command = commandLine("report");

export const HELP = `Writes the credential report: who can enter which AWS account with which permission set, and when they last did.

Usage: ${command} [options]

The settings of the report, as a stack's configuration has them:
${keys.map((key) => helpLines(optionOf(key), helpOf(runSettings[key]))).join("")}
Other options:
${Object.entries<Option>(otherOptions)
  .map(([name, option]) => helpLines(`--${name}`, option))
  .join("")}
Examples:
  ${command} --profile security-audit --region eu-west-1
  ${command} --lake-id 0f3c9f3e-6b1d-4c56-9a8e-1d2f3a4b5c6d --profile security-audit --region eu-west-1
  ${command} --no-logins --out who-has-access
  ${command} --no-logins --out who-has-access --resume
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local ${command} \\
    --lake-id 5b7e2c1d-84f0-4a3e-9c6b-1f2d3e4a5b6c --region us-east-1 --now 2026-11-20T09:00:00Z

Exit codes:
  0    the report was written; read its warnings, if there are any
  1    it was not: nothing was published, and the report in DIR is as it was
  2    the arguments are wrong, or do not go with this account or with the unfinished run in DIR
  3    the report was written, but is degraded: its warnings say what could not be observed
  130  interrupted: nothing was published; DIR keeps what was read, and --resume goes on from there
`;

export interface Arguments {
  /** `instanceArn` and `identityStoreId` may be empty: they are then to be looked up. */
  readonly settings: Omit<Settings, "now">;
  /** Milliseconds since 1970; `null` for the clock. */
  readonly nowMs: number | null;
  readonly out: string;
  /** What becomes of an unfinished run in `out`; `null` where that is not said. */
  readonly unfinished: "resume" | "restart" | null;
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Reads the command line, `null` where help is asked for; throws a `BadArguments` error that says what is wrong. */
export function parseArguments(argv: readonly string[]): Arguments | null {
  const { values, settings } = parse(argv);
  if (values.help) return null;
  const { now, out = "report", profile, region, json = false, quiet = false } = values;
  const { resume = false, restart = false } = values;
  if (resume && restart) {
    throw reportError(
      "BadArguments",
      "Give either --resume, to go on with an unfinished run, or --restart, to remove it.",
    );
  }
  const noLogins = values["no-logins"] ?? false;
  const sources = [
    ...(["lakeId", "trailTable"] as const).filter((key) => settings[key] !== "").map(optionOf),
    ...(noLogins ? ["--no-logins"] : []),
  ];
  if (sources.length > 1) {
    throw reportError(
      "BadArguments",
      `Give at most one of --lake-id and --trail-table, and neither with --no-logins, which leaves the login source out: got ${sources.join(" and ")}.`,
    );
  }
  for (const key of keys) {
    const problem = settingProblem(optionOf(key), runSettings[key], settings[key]);
    if (problem !== undefined) throw reportError("BadArguments", problem);
  }
  const nowMs = now === undefined ? null : parseInstant(now);
  if (now !== undefined && nowMs === null) {
    throw reportError("BadArguments", `--now: expected ${INSTANT}, got ${JSON.stringify(now)}.`);
  }
  const checked = settings as unknown as Parameters<typeof runSettingsOf>[0];
  return {
    settings: runSettingsOf({ ...checked, lakeId: noLogins ? null : checked.lakeId }),
    ...{ nowMs, out, profile, region, json, quiet },
    unfinished: resume ? "resume" : restart ? "restart" : null,
  };
}

/** The option for a setting: `--lookback-days`; one that may be given again has the name of one, `--administrator-permission-set`. */
export function optionOf(key: RunSettingKey): string {
  const name = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return runSettings[key].type === "array" ? name.replace(/s$/, "") : name;
}

/** The command line's values: of the settings as their types say, the default where one is not given. */
function parse(argv: readonly string[]) {
  const settingOptions = keys.map((key) => {
    const multiple = runSettings[key].type === "array";
    return [optionOf(key).slice(2), { type: "string", multiple }] as const;
  });
  try {
    const { values } = parseArgs({
      args: [...argv],
      strict: true,
      options: {
        ...(Object.fromEntries(settingOptions) as Record<never, never>),
        "no-logins": { type: "boolean" },
        now: { type: "string" },
        out: { type: "string" },
        resume: { type: "boolean" },
        restart: { type: "boolean" },
        profile: { type: "string" },
        region: { type: "string" },
        json: { type: "boolean" },
        quiet: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    const given = values as Readonly<Record<string, unknown>>;
    const settings = keys.map((key) => {
      const setting: Setting = runSettings[key];
      const value = given[optionOf(key).slice(2)] ?? setting.defaultValue;
      return [key, setting.type === "integer" && typeof value === "string" ? wholeNumber(value) : value];
    });
    return { values, settings: Object.fromEntries(settings) as Readonly<Partial<Record<RunSettingKey, unknown>>> };
  } catch (error) {
    throw reportError("BadArguments", `${(error as Error).message} See --help.`, error);
  }
}

function helpOf(setting: Setting): Option {
  // Of other settings it speaks by their keys, as a stack's configuration has them.
  const more = [setting.help.replace(/\w+/g, (word) => (word in runSettings ? optionOf(word as RunSettingKey) : word))];
  if (setting.type === "integer") more.push(`${setting.range} (default ${setting.defaultValue}).`);
  if (setting.type === "array") more.push(`May be given again, ${setting.range}.`);
  return { placeholder: setting.placeholder, help: more.join(" ") };
}

/** An option and what it is for, wrapped to 100 columns. */
function helpLines(name: string, { placeholder, help }: Option): string {
  const COLUMN = 28;
  const WIDTH = 100;
  const words = help.split(" ");
  let line = `  ${name}${placeholder === undefined ? "" : ` ${placeholder}`}`.padEnd(COLUMN - 1);
  let lines = "";
  if (line.length >= COLUMN) {
    lines = `${line}\n`;
    line = " ".repeat(COLUMN - 1);
  }
  for (const word of words) {
    if (line.length + 1 + word.length > WIDTH) {
      lines += `${line}\n`;
      line = " ".repeat(COLUMN - 1);
    }
    line += ` ${word}`;
  }
  return `${lines}${line}\n`;
}
