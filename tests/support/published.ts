import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { RunResult } from "../../handlers/bucket/latest";
import type { Bucket, OrganisationFile, StoredObject } from "../../local/aws";
import type { Organisation } from "../oracle/organisation";
import { oracleReport } from "../oracle/report";
import { jsonOf, textOf } from "./container";

/** What the oracle says of an organisation, by which of the optional sources were read. */
export function expectedReports(organisation: OrganisationFile) {
  const known = new Map<string, string>();
  return (noLogins: boolean, organizationsDenied: boolean): string => {
    const key = `${noLogins} ${organizationsDenied}`;
    let csv = known.get(key);
    if (csv === undefined) {
      const complete = {
        ...{ Accounts: [], PermissionSets: [], Users: [], Groups: [], GroupMemberships: [] },
        ...{ AccountAssignments: [], Records: [] },
        ...organisation,
      } as Organisation;
      csv = oracleReport(complete, { lookbackDays: 90, newAccessDays: 14, noLogins, organizationsDenied }).csv;
      known.set(key, csv);
    }
    return csv;
  };
}

/** Folders below `credential_reports/` that hold a manifest: the reports that exist. */
export function publishedFolders({ objects }: Bucket): string[] {
  return [...objects.keys()].flatMap((key) => /^credential_reports\/(.+)\/manifest\.json$/.exec(key)?.[1] ?? []);
}

/** The files of a report that the oracle does not tell of, as they were first found: by what was read, then by name. */
const firstFound = new WeakMap<ReturnType<typeof expectedReports>, Map<string, string>>();

/**
 * What the files beside the CSV say is the same in every report of one organisation, from the same sources: that of the faultless run,
 * which is the first to be looked at, and where a source failed that of the first such run. Their run's id is left out.
 */
function expectSameFiles(bucket: Bucket, folder: string, expected: ReturnType<typeof expectedReports>, read: string) {
  const known = firstFound.get(expected) ?? new Map<string, string>();
  firstFound.set(expected, known);
  const rows = Buffer.concat(bucket.objects.get(`credential_reports/${folder}/rows.jsonl.gz`)?.body ?? []);
  const found = {
    "review.csv": textOf(bucket, `${folder}/review.csv`) ?? "(missing)",
    "unexplained_logins.csv": textOf(bucket, `${folder}/unexplained_logins.csv`) ?? "(missing)",
    "rows.jsonl.gz": gunzipSync(rows)
      .toString("utf8")
      .replace(/"RunId":"[^"]*"/g, ""),
  };
  for (const [name, text] of Object.entries(found)) {
    const first = known.get(`${read} ${name}`);
    if (first === undefined) known.set(`${read} ${name}`, text);
    else expect({ name, same: text === first }).toEqual({ name, same: true });
  }
}

interface Whole {
  readonly loginsFailed: boolean;
  readonly accountsFailed: boolean;
  readonly earlierUnread: boolean;
}

/** Reports that were found to be whole, by their manifests; who replaces a file makes another object of it. */
const foundWhole = new WeakMap<
  StoredObject,
  { readonly files: readonly (StoredObject | undefined)[]; readonly expected: object; readonly whole: Whole }
>();

/** A report that exists is whole: its files are those that the manifest vouches for, and its bytes those of a faultless run. */
export function expectWholeReport(bucket: Bucket, folder: string, expected: ReturnType<typeof expectedReports>): Whole {
  const manifest = jsonOf(bucket, `${folder}/manifest.json`);
  const objectOf = (name: string) => bucket.objects.get(`credential_reports/${folder}/${name}`);
  const files = ["credential_report.csv", ...manifest.files.map((file: { name: string }) => file.name)].map(objectOf);
  const before = foundWhole.get(objectOf("manifest.json")!);
  if (before?.expected === expected && files.every((file, at) => file === before.files[at])) return before.whole;
  const csv = textOf(bucket, `${folder}/credential_report.csv`) ?? "(missing)";
  const loginsFailed = manifest.sources.logins.status === "failed";
  const accountsFailed = manifest.sources.organizations.status === "failed";
  const wanted = expected(loginsFailed, accountsFailed);
  // A difference of megabytes is no use to anybody.
  if (csv !== wanted && wanted.length < 200_000) expect(csv.split("\r\n")).toEqual(wanted.split("\r\n"));
  expect(csv === wanted).toBe(true);
  const names = manifest.files.map((file: { name: string }) => file.name);
  expect(names).toContain("credential_report.csv");
  for (const { name, bytes, sha256 } of manifest.files) {
    const file = objectOf(name);
    const hash = createHash("sha256");
    for (const part of file?.body ?? []) hash.update(part);
    expect({ name, bytes: file?.size, sha256: hash.digest("hex") }).toEqual({ name, bytes, sha256 });
  }
  expectSameFiles(bucket, folder, expected, `${loginsFailed} ${accountsFailed}`);
  const degraded = loginsFailed || accountsFailed;
  expect(manifest.status).toBe(degraded ? "degraded" : "succeeded");
  // What could not be read of the report before is said, and degrades nothing.
  const ofEarlier =
    /^(No decision of the returned review sheets is carried forward|The newest report could not be read)\b/;
  const warnings = (manifest.warnings as string[]).filter((warning) => !ofEarlier.test(warning));
  expect(warnings.length > 0).toBe(degraded);
  const whole = { loginsFailed, accountsFailed, earlierUnread: warnings.length < manifest.warnings.length };
  foundWhole.set(objectOf("manifest.json")!, { files, expected, whole });
  return whole;
}

/** `latest.json`, where there is one, points to a report that exists and is whole. Gives its run's id. */
export function expectLatestIsWhole(bucket: Bucket, expected: ReturnType<typeof expectedReports>): string | undefined {
  const latest = jsonOf(bucket, "latest.json");
  if (latest === undefined) return undefined;
  const folder = String(latest.manifestKey).slice("credential_reports/".length, -"/manifest.json".length);
  expect(latest.reportKey).toBe(`credential_reports/${folder}/credential_report.csv`);
  expect(publishedFolders(bucket)).toContain(folder);
  expectWholeReport(bucket, folder, expected);
  return latest.runId;
}

/** The folder of a run's result. */
export function folderOf({ manifestKey }: RunResult): string {
  return manifestKey.slice("credential_reports/".length, -"/manifest.json".length);
}
