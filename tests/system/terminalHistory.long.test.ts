import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { type LocalAws, startLocalAws } from "../../local/aws";
import {
  account,
  login,
  many,
  now,
  organisationOf,
  permissionSet,
  user,
  userAssignment,
} from "../support/organisation";
import { runVerify } from "../support/verifyCommand";
import { bundledReport, callsOf, lake, startReport } from "./terminalRuns";

// A report from a terminal that names no login source: CloudTrail Event history, in each Region of the instance, of the account that owns it.

const owner = "111122223333";
const administrator = "444455556666";
/** Account access manager has delegated administrators of its own. */
const ofIdentityCenterAlone = "777788889999";
const organisation = organisationOf({
  OwnerAccountId: owner,
  Regions: [
    { RegionName: "us-east-1", Status: "ACTIVE", AddedDate: "2023-11-14T00:00:00Z", IsPrimaryRegion: true },
    { RegionName: "eu-west-1", Status: "ACTIVE", AddedDate: "2026-06-01T00:00:00Z", IsPrimaryRegion: false },
  ],
  Accounts: [account(0)],
  PermissionSets: [permissionSet(0)],
  Users: many(2, (index) => user(index)),
  AccountAssignments: many(2, (index) => userAssignment(0, 0, index)),
  Records: [login(0, 0, 0, { awsRegion: "eu-west-1" })],
} as never);

let folder: string;
let program: Awaited<ReturnType<typeof bundledReport>>;
let localAws: LocalAws;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "history-"));
  program = await bundledReport(folder);
  localAws = await startLocalAws({
    organisation,
    delegatedAdministrators: [administrator, ofIdentityCenterAlone],
    accountAccessAdministrators: [administrator],
    throttle: false,
    rate: 1000,
  });
  localAws.callers.set("AKIDOTHER", `arn:aws:iam::${ofIdentityCenterAlone}:user/auditor`);
  localAws.callers.set("AKIDAUDITOR", `arn:aws:iam::${administrator}:user/auditor`);
}, 60_000);
afterEach(() => localAws.reset());
afterAll(async () => {
  await localAws.close();
  await rm(folder, { recursive: true, force: true });
});

const run = (out: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}) =>
  startReport(["--now", now, "--quiet", "--out", out, ...args], localAws.url, environment, program).ended;
const asAdministrator = { AWS_ACCESS_KEY_ID: "AKIDAUDITOR" };
const usages = (out: string) =>
  (parse(readFileSync(join(out, "credential_report.csv")), { columns: true }) as Record<string, string>[]).map(
    ({ Usage }) => Usage,
  );

test("keeps what it has read beside the report, whatever becomes of the run, and does not ask again", async () => {
  const out = join(folder, "archive");
  localAws.inject([{ operation: "organizations:ListAccounts", kind: "accessDenied" }]);
  expect((await run(out)).code).toBe(3); // degraded
  const files = () => readdirSync(join(out, "logins", "eu-west-1")).sort();
  const kept = files();
  expect(kept.length).toBeGreaterThan(350);
  expect(kept.every((name) => /^\d{4}-\d\d-\d\dT(00|06|12|18)0000Z\.jsonl\.gz$/.test(name))).toBe(true);
  const { sources } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
  expect(sources.logins.archive).toHaveLength(2 * kept.length);

  localAws.reset();
  localAws.inject([]);
  expect((await run(out)).code).toBe(0);
  expect(files()).toEqual(kept);
  // Nine look-ups of what is newer: four events in each Region, and that of removed Regions.
  expect(localAws.stats().calls["cloudtrail:LookupEvents"]).toBe(9);
  expect((await runVerify([out])).code).toBe(0);

  const victim = join(out, "logins", "eu-west-1", kept[0]!);
  writeFileSync(victim, "forged");
  const { code, out: said } = await runVerify([out]);
  expect(code).toBe(1);
  expect(said).toMatch(new RegExp(`logins/eu-west-1/${kept[0]}.* is not what the report has used`));
  // A directory that was copied without the archive says so.
  rmSync(join(out, "logins"), { recursive: true });
  expect((await runVerify([out])).out).toContain("The login archive is not beside the report");
});

test("says after the first pages how many hours are to be read, where what is read stays, and how to leave it out", async () => {
  // An event a second: by the newest page, the whole window is as dense.
  const Records = many(200, (index) =>
    login(0, 0, 0, {
      ...{ awsRegion: "eu-west-1", eventID: `dense-${index}` },
      eventTime: new Date(Date.parse(now) - 60_000 - index * 1_000).toISOString().replace(".000Z", "Z"),
    }),
  );
  await localAws.serveOrganisation({ ...organisation, Records } as never);
  const out = join(folder, "dense");
  const { code, stderr } = await startReport(["--now", now, "--out", out], localAws.url, {}, program).ended;
  await localAws.serveOrganisation(organisation);
  expect(code).toBe(0);
  const [, hours] = /^Event history of eu-west-1: about ([\d.]+) hours to read, once\. (.*)$/m.exec(stderr)!;
  // The newest page of 50 events has the last 110 seconds; at 20 requests a second, all of AWS's 2 pages a second are taken.
  expect(Number(hours)).toBeCloseTo((90 * 86_400) / 110 / 2 / 3_600, 0);
  expect(stderr).toContain(
    `What is read stays in ${join(out, "logins")}, even if this run is stopped; --no-logins leaves logins out.`,
  );
});

test("needs no option for logins: last use is there, from each Region", async () => {
  const out = join(folder, "default");
  expect(await run(out)).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(usages(out)).toEqual(["USED", "UNUSED_IN_WINDOW"]);
  const { sources } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
  expect(sources.logins.regions).toMatchObject([
    { region: "eu-west-1", reason: null },
    { region: "us-east-1", reason: null },
  ]);
});

test("a session that expires while Event history is read ends the run, and nothing is lost", async () => {
  const out = join(folder, "expired");
  localAws.inject([{ operation: "cloudtrail:LookupEvents", kind: "expiredToken", at: 2 }]);
  const { code, stderr } = await run(out);
  expect(code).toBe(1);
  expect(stderr).toMatch(/the credentials were refused \(ExpiredToken.*\nNothing was published.* --resume` goes on/);
  localAws.inject([]);
  expect(await run(out, ["--resume"])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(usages(out)).toEqual(["USED", "UNUSED_IN_WINDOW"]);
});

describe("from an account that does not own the instance", () => {
  test("ends with 2 before anything else is asked, with the ways out", async () => {
    const out = join(folder, "other");
    const [{ code, stdout, stderr }, calls] = await callsOf(localAws, () => run(out, [], asAdministrator));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^The logins are in the CloudTrail Event history of account 111122223333, .* of account 444455556666\. Use credentials of account 111122223333, or leave logins out with --no-logins, or: Name with --login-role-arn .*cloudtrail:LookupEvents.*--lake-id .*--trail-table .* Nothing was written\.\n$/,
    );
    expect(calls).toEqual({ "sts:GetCallerIdentity": 1, "sso-admin:ListInstances": 1 });
    expect(readdirSync(out)).toEqual([]);
  });

  test("goes with an event data store, and without logins", async () => {
    expect(await run(join(folder, "other-lake"), lake(localAws), asAdministrator)).toMatchObject({ code: 0 });
    expect(await run(join(folder, "other-none"), ["--no-logins"], asAdministrator)).toMatchObject({ code: 3 });
  });

  test("is degraded where account access manager has another administrator", async () => {
    const out = join(folder, "other-administrator");
    const { code } = await run(out, lake(localAws), { AWS_ACCESS_KEY_ID: "AKIDOTHER" });
    expect(code).toBe(3);
    const { sources } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
    expect(sources.accountAccess).toMatchObject({
      status: "failed",
      reason: expect.stringContaining(
        "only to the management account and account access manager's own delegated administrator",
      ),
    });
  });

  test("is not known where instance and store are given: nothing is reported as unused on what that account has seen", async () => {
    const out = join(folder, "other-given");
    const { InstanceArn, IdentityStoreId } = localAws.organisation;
    const given = ["--instance-arn", InstanceArn, "--identity-store-id", IdentityStoreId];
    expect(await run(out, given, asAdministrator)).toMatchObject({ code: 3 });
    expect(usages(out)).toEqual(["UNKNOWN", "UNKNOWN"]);
  });
});
