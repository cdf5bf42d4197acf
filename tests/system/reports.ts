import { parse } from "csv-parse/sync";
import type { RunResult } from "../../handlers/bucket/latest";
import type { Settings } from "../../handlers/model";
import { type Fault, type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { BUCKET, type Container, startContainer, textOf } from "../support/container";
import { account, group, groupAssignment, login, membership, permissionSet, user } from "../support/organisation";
import { folderOf } from "../support/published";

export type Row = Record<string, string>;

/** Alice, in group 0, may enter account 0 with set 0, and did; Bob may too, and did not. */
export const aliceAndBob = {
  Accounts: [account(0)],
  PermissionSets: [permissionSet(0)],
  Users: [user(0, { UserName: "alice" }), user(1, { UserName: "bob" })],
  Groups: [group(0)],
  GroupMemberships: [membership(0, 0), membership(0, 1)],
  AccountAssignments: [groupAssignment(0, 0, 0)],
  Records: [login(0, 0, 0)],
} satisfies Partial<OrganisationFile>;

/**
 * Reports of organisations, each from an empty bucket of a local AWS that has been asked for nothing. The tests of one organisation share its
 * local AWS. Call it once a file.
 */
export function useReports() {
  const running = new Map<OrganisationFile, LocalAws>();
  afterAll(async () => {
    for (const localAws of running.values()) await localAws.close();
  });

  async function containerOf(
    organisation: OrganisationFile,
    faults: readonly Fault[] = [],
    environment: Record<string, string> = {},
    settings: Partial<Settings> = {},
  ): Promise<Container> {
    const localAws =
      running.get(organisation) ??
      (await startLocalAws({ organisation, throttle: false, rate: 1000, missingKeyIs403: true }));
    running.set(organisation, localAws);
    localAws.reset();
    localAws.inject(faults);
    localAws.buckets.delete(BUCKET);
    return startContainer(localAws, environment, settings);
  }

  async function report(
    served: OrganisationFile,
    faults: readonly Fault[] = [],
    settings: Partial<Settings> = {},
  ): Promise<{ result: RunResult; rows: Row[]; csv: string; file(name: string): string }> {
    const { now, ...others } = settings;
    const environment: Record<string, string> = now === undefined ? {} : { CREDENTIAL_REPORT_NOW: now };
    const container = await containerOf(served, faults, environment, others);
    const result = await container.run();
    const file = (name: string) => textOf(container.bucket, `${folderOf(result)}/${name}`)!;
    const csv = file("credential_report.csv");
    return { result, csv, file, rows: parse(csv, { columns: true, record_delimiter: "\r\n" }) as Row[] };
  }

  return { containerOf, report };
}

export const column = (rows: Row[], name: string) => rows.map((row) => row[name]);
