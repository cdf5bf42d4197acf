import { parseArgs } from "node:util";
import { reportError } from "../handlers/errors";
import { parseEventDataStore, reviewerPatternProblem } from "../handlers/settings";

export const HELP = `Writes the credential report: who can enter which AWS account with which permission set, and when they last did.

Usage: npm run report -- --lake-id ID --out DIR [options]

  --lake-id ID              CloudTrail Lake event data store: its id (UUID) or ARN; an ARN also gives its Region
  --no-logins               leave the login source out: every usage is UNKNOWN
  --instance-arn ARN        IAM Identity Center instance; default: the one that the account has
  --identity-store-id ID    d-…; default: the instance's
  --lookback-days N         how far back a login counts, 1–3653 (default 90)
  --new-access-days N       a membership, or else a user, younger than this is not called unused, 0–365 (default 14)
  --administrator-permission-set NAME
                            counts as administrator, besides those with AdministratorAccess; may be given again
  --reviewer-pattern RE     RE2 expression whose one group captures a grant's reviewer from its group's name, or
                            else from its permission set's (default: no reviewers)
  --requests-per-second N   sso-admin pace, 1–20, shared with everyone else's 20 (default 15)
  --now INSTANT             the instant to take for the present, ISO 8601 (default: the clock); for organisation files:
                            what AWS has deleted since an instant in the past is not known here
  --out DIR                 where credential_report.csv and manifest.json go (default out); a report there is replaced
  --profile NAME            a profile of ~/.aws/config
  --region REGION           the Region of the Identity Center instance
  --json                    print the run's summary as JSON on standard output
  --quiet                   print nothing but errors
  --help

Examples:
  npm run report -- --lake-id 0f3c9f3e-6b1d-4c56-9a8e-1d2f3a4b5c6d --profile security-audit --region eu-west-1
  npm run report -- --no-logins --out who-has-access
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local npm run report -- \\
    --lake-id 5b7e2c1d-84f0-4a3e-9c6b-1f2d3e4a5b6c --region us-east-1 --now 2026-11-20T09:00:00Z

Exit codes:
  0    the report was written; read its warnings, if there are any
  1    it was not: nothing was written
  2    the arguments are wrong
  130  interrupted: nothing was written
`;

export interface Arguments {
  readonly lakeId: string | null;
  readonly instanceArn: string;
  readonly identityStoreId: string;
  readonly lookbackDays: number;
  readonly newAccessDays: number;
  readonly administratorPermissionSets: readonly string[];
  readonly reviewerPattern: string;
  readonly requestsPerSecond: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly out: string;
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly help: boolean;
}

/** Reads the command line; throws a `BadArguments` error that says what is wrong. */
export function parseArguments(argv: readonly string[]): Arguments {
  const { values } = parse(argv);

  function integer(
    name: "lookback-days" | "new-access-days" | "requests-per-second",
    least: number,
    most: number,
  ): number {
    const value = values[name];
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw reportError(
        "BadArguments",
        `--${name}: expected an integer from ${least} to ${most}, got ${JSON.stringify(value)}.`,
      );
    }
    return number;
  }

  function matching(name: "instance-arn" | "identity-store-id", form: RegExp, expected: string): string {
    const value = values[name];
    if (value !== "" && !form.test(value)) {
      throw reportError(
        "BadArguments",
        `--${name}: expected ${expected}, got ${JSON.stringify(value)}. Find it under IAM Identity Center → Settings.`,
      );
    }
    return value;
  }

  const lakeId = values["lake-id"];
  const noLogins = values["no-logins"];
  if (!values.help && (lakeId !== undefined) === noLogins) {
    throw reportError("BadArguments", "Give either --lake-id, or --no-logins to leave the login source out.");
  }
  if (lakeId !== undefined && parseEventDataStore(lakeId) === null) {
    throw reportError(
      "BadArguments",
      `--lake-id: expected an event data store id (UUID) or ARN, got ${JSON.stringify(lakeId)}. Find it under CloudTrail → Lake → Event data stores.`,
    );
  }
  const administratorPermissionSets = values["administrator-permission-set"];
  const noName = administratorPermissionSets.find((name) => !/^[\w+=,.@-]{1,32}$/.test(name));
  if (noName !== undefined) {
    throw reportError(
      "BadArguments",
      `--administrator-permission-set: expected the name of a permission set, got ${JSON.stringify(noName)}. Give the option once for each.`,
    );
  }
  const reviewerPattern = values["reviewer-pattern"];
  const patternProblem = reviewerPatternProblem(reviewerPattern);
  if (patternProblem !== null) {
    throw reportError(
      "BadArguments",
      `--reviewer-pattern: ${JSON.stringify(reviewerPattern)} ${patternProblem}. Expected one like "^team-(\\w+)-".`,
    );
  }
  const nowMs = values.now === undefined ? Date.now() : Date.parse(values.now);
  if (Number.isNaN(nowMs))
    throw reportError(
      "BadArguments",
      `--now: expected an instant like 2026-11-20T08:00:00Z, got ${JSON.stringify(values.now)}.`,
    );
  return {
    lakeId: lakeId ?? null,
    instanceArn: matching(
      "instance-arn",
      /^arn:aws[a-z-]*:sso:::instance\/(sso)?ins-[0-9a-zA-Z.-]{16}$/,
      "arn:aws:sso:::instance/ssoins-…",
    ),
    identityStoreId: matching(
      "identity-store-id",
      /^d-[0-9a-f]{10}$|^[0-9a-f-]{36}$/,
      "d-… with ten hexadecimal digits",
    ),
    lookbackDays: integer("lookback-days", 1, 3653),
    newAccessDays: integer("new-access-days", 0, 365),
    administratorPermissionSets,
    reviewerPattern,
    requestsPerSecond: integer("requests-per-second", 1, 20),
    nowMs,
    out: values.out,
    profile: values.profile,
    region: values.region,
    json: values.json,
    quiet: values.quiet,
    help: values.help,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      options: {
        "lake-id": { type: "string" },
        "no-logins": { type: "boolean", default: false },
        "instance-arn": { type: "string", default: "" },
        "identity-store-id": { type: "string", default: "" },
        "lookback-days": { type: "string", default: "90" },
        "new-access-days": { type: "string", default: "14" },
        "administrator-permission-set": { type: "string", multiple: true, default: [] },
        "reviewer-pattern": { type: "string", default: "" },
        "requests-per-second": { type: "string", default: "15" },
        now: { type: "string" },
        out: { type: "string", default: "out" },
        profile: { type: "string" },
        region: { type: "string" },
        json: { type: "boolean", default: false },
        quiet: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw reportError("BadArguments", `${(error as Error).message} See --help.`, error);
  }
}
