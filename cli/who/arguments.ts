import { parseArgs } from "node:util";
import { REPORT_PREFIX } from "../../handlers/bucket/bucket";
import { reportError } from "../../handlers/errors";
import { commandLine } from "../program";
import type { Wanted } from "./wanted";

const command = commandLine("who");

export const HELP = `Shows the grants of a report that match: who can enter what, through which group, and when they last did.

Usage: ${command} [DIR | s3://BUCKET[/${REPORT_PREFIX}FOLDER/]] [options]

  DIR                      a directory with a report (default report)
  s3://BUCKET              the newest report in the bucket; or, with its folder, that report
  --account TEXT           of accounts whose id or name has this in it
  --user TEXT              of users whose name, display name or e-mail address has this in it, or who have this id
  --group TEXT             through groups whose name has this in it, or which have this id
  --permission-set TEXT    with permission sets whose name has this in it, or which have this ARN
  --admin                  with permission sets that count as administrator
  --unused                 not used in the window, which was observed
  --csv                    print all columns as CSV on standard output
  --json                   print the rows of rows.jsonl.gz as a JSON array on standard output
  --quiet                  print the rows alone
  --profile NAME           a profile of ~/.aws/config, for a report in a bucket
  --region REGION          the Region of the bucket
  --help                   print this

Upper and lower case are alike. An option with TEXT may be given again: a grant matches where one of them does. A grant is shown where all
kinds of options that are given match. Without any, all grants are.

Examples:
  ${command} --account production --admin
  ${command} --user alice --user bob --unused
  ${command} s3://security-reports --permission-set AdministratorAccess --csv --profile security-audit > administrators.csv
  ${command} --user alice --json | jq -r '.[] | [.account, .PermissionSetName] | @tsv'

Exit codes:
  0    some grant matches
  1    none does
  2    the arguments are wrong
  3    nobody can tell: the report could not be read, or is not as its manifest says
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
