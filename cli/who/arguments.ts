import { parseArgs } from "node:util";
import { REPORT_PREFIX } from "../../handlers/bucket/bucket";
import { reportError } from "../../handlers/errors";
import { commandLine } from "../program";
import type { Wanted } from "./wanted";

const command = commandLine("who");

export const HELP = `Shows the grants of a report that match: who can enter which account, through which group, and when they last did.

Usage: ${command} [DIR | s3://BUCKET[/${REPORT_PREFIX}FOLDER/]] [options]

  DIR                      a directory with a report (default report)
  s3://BUCKET              the newest report in the bucket; with a folder, the report in it
  --account TEXT           accounts whose name or id contains TEXT
  --user TEXT              users whose name, display name, or e-mail address contains TEXT, or whose id is TEXT
  --group TEXT             groups whose name contains TEXT, or whose id is TEXT
  --permission-set TEXT    permission sets whose name contains TEXT, or whose ARN is TEXT; roles whose ARN contains TEXT
  --admin                  permission sets that count as administrator
  --unused                 grants reported as unused; what was not observed is not among them
  --csv                    print all columns as CSV on standard output
  --json                   print the rows of rows.jsonl.gz as a JSON array on standard output
  --quiet                  print the rows, and no summary
  --profile NAME           a profile of ~/.aws/config, for a report in a bucket
  --region REGION          the Region of the bucket
  --help                   print this

Upper and lower case are the same. An option with TEXT may be given more than once: one of the texts must match. Of different options, all
must match. Without options, all grants are shown.

Examples:
  ${command} --account production --admin
  ${command} --user alice --user bob --unused
  ${command} s3://security-reports --permission-set AdministratorAccess --csv --profile security-audit > administrators.csv
  ${command} --user alice --json | jq -r '.[] | [.account, .PermissionSetName] | @tsv'

Exit codes:
  0    at least one grant matches
  1    no grant matches
  2    the arguments are wrong
  3    not known: the report could not be read, or is not as its manifest says
`;

export interface Arguments {
  readonly place:
    | { readonly kind: "directory"; readonly directory: string }
    /** `prefix` is the report's folder with its trailing slash; "" for the newest report. */
    | { readonly kind: "s3"; readonly bucket: string; readonly prefix: string };
  readonly wanted: Wanted;
  readonly form: "table" | "csv" | "json";
  readonly quiet: boolean;
  readonly profile: string | undefined;
  readonly region: string | undefined;
}

/** Reads the command line, `null` where help is asked for; throws a `BadArguments` error that says what is wrong. */
export function parseArguments(argv: readonly string[]): Arguments | null {
  const { values, positionals } = parse(argv);
  if (values.help) return null;
  const [report = "report", ...others] = positionals;
  if (others.length > 0) {
    throw bad(`Expected one report at most, a directory or s3://…, got ${positionals.length}.`);
  }
  if (values.csv && values.json) throw bad("Give either --csv or --json.");
  const texts = (name: "account" | "user" | "group" | "permission-set") => {
    const given = values[name] ?? [];
    if (given.includes("")) throw bad(`--${name}: expected a text, got "".`);
    return given;
  };
  return {
    place: placeOf(report),
    wanted: {
      account: texts("account"),
      user: texts("user"),
      group: texts("group"),
      permissionSet: texts("permission-set"),
      administrator: values.admin,
      unused: values.unused,
    },
    form: values.csv ? "csv" : values.json ? "json" : "table",
    quiet: values.quiet,
    profile: values.profile,
    region: values.region,
  };
}

function placeOf(report: string): Arguments["place"] {
  if (!report.startsWith("s3:")) return { kind: "directory", directory: report };
  const [, bucket, path = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(report) ?? [];
  if (bucket === undefined) {
    throw bad(`Expected s3://BUCKET or s3://BUCKET/${REPORT_PREFIX}FOLDER/, got ${JSON.stringify(report)}.`);
  }
  const folder = path.replace(/\/manifest\.json$/, "").replace(/\/+$/, "");
  const isNewest = folder === "" || `${folder}/` === REPORT_PREFIX;
  return { kind: "s3", bucket, prefix: isNewest ? "" : `${folder}/` };
}

function bad(problem: string): Error {
  return reportError("BadArguments", `${problem} See --help.`);
}

function parse(argv: readonly string[]) {
  const texts = { type: "string", multiple: true } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: true,
      options: {
        ...{ account: texts, user: texts, group: texts, "permission-set": texts },
        ...{ admin: flag, unused: flag, csv: flag, json: flag, quiet: flag, help: { ...flag, short: "h" } },
        profile: { type: "string" },
        region: { type: "string" },
      },
    });
  } catch (error) {
    throw bad((error as Error).message);
  }
}
