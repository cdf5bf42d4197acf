import { parseArgs } from "node:util";
import { REPORT_PREFIX } from "../../handlers/bucket/bucket";
import { reportError } from "../../handlers/errors";
import { commandLine } from "../program";

const command = commandLine("verify");

export const HELP = `Checks that a credential report is whole, and that it is what its run published.

Usage: ${command} DIR | s3://BUCKET/${REPORT_PREFIX}FOLDER/ [options]

  DIR                 a directory with manifest.json and the files that it names; nothing else is read
  s3://…              a report in its bucket; earlier manifests are read, too, to follow the chain
  --previous DIR      for a directory: where the report before it is, to check the chain one step back
  --sha256 HEX        what the manifest's SHA-256 must be: the run said it in its message, in the function's log, in the runbook's
                      outputs, or on the terminal
  --profile NAME      a profile of ~/.aws/config
  --region REGION     the Region of the bucket
  --json              print the verdict as JSON on standard output
  --quiet             print nothing but errors: the exit code is the verdict
  --help              print this

It checks the manifest against its schema; each file's size, SHA-256, header, rows, their order, and the counts; that no file is missing
which such a run writes; that rows.jsonl.gz, review.csv, the workbooks, and report.html agree with credential_report.csv and the manifest;
the files of the login archive that the report used; and the hash of each earlier manifest, back to the first. It says in which file and on
which line something is wrong. A report of an earlier version is held to that version's rules. Those who can write to the bucket can make
another report that is whole in itself: --sha256 shows that.

Examples:
  ${command} report
  ${command} s3://security-reports/${REPORT_PREFIX}2026-11-20T081530Z-0f3c9f3e/ --profile security-audit

Exit codes:
  0    the report is whole
  1    it is not whole
  2    the arguments are wrong
  3    not known: the report, or a part of it, could not be read
`;

export interface Arguments {
  readonly place:
    | { readonly kind: "directory"; readonly directory: string; readonly previous: string | undefined }
    | { readonly kind: "s3"; readonly bucket: string; readonly prefix: string };
  /** In lower case. */
  readonly sha256: string | undefined;
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Reads the command line, `null` where help is asked for; throws a `BadArguments` error that says what is wrong. */
export function parseArguments(argv: readonly string[]): Arguments | null {
  const { values, positionals } = parse(argv);
  if (values.help) return null;
  const [report, ...others] = positionals;
  if (report === undefined || report === "" || others.length > 0) {
    throw reportError(
      "BadArguments",
      `Expected one report, a directory or s3://…, got ${positionals.length}. See --help.`,
    );
  }
  const { profile, region, previous, json, quiet } = values;
  const sha256 = values.sha256?.toLowerCase();
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
    throw reportError(
      "BadArguments",
      `--sha256: expected 64 hexadecimal digits, got ${JSON.stringify(values.sha256)}.`,
    );
  }
  if (!report.startsWith("s3:")) {
    return { place: { kind: "directory", directory: report, previous }, sha256, profile, region, json, quiet };
  }
  if (previous !== undefined) {
    throw reportError("BadArguments", "--previous is for a directory; in a bucket the chain is followed by itself.");
  }
  const [, bucket, path] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/.exec(report) ?? [];
  if (bucket === undefined || path === undefined) {
    throw reportError(
      "BadArguments",
      `Expected s3://BUCKET/${REPORT_PREFIX}FOLDER/, got ${JSON.stringify(report)}. latest.json in the bucket names the newest.`,
    );
  }
  // The manifest's own address is as good as its folder's.
  const prefix = `${path.replace(/\/manifest\.json$/, "").replace(/\/+$/, "")}/`;
  return { place: { kind: "s3", bucket, prefix }, sha256, profile, region, json, quiet };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: true,
      options: {
        previous: { type: "string" },
        sha256: { type: "string" },
        profile: { type: "string" },
        region: { type: "string" },
        json: { type: "boolean", default: false },
        quiet: { type: "boolean", default: false },
        help: { type: "boolean", default: false, short: "h" },
      },
    });
  } catch (error) {
    throw reportError("BadArguments", `${(error as Error).message} See --help.`, error);
  }
}
