import { parse } from "csv-parse/sync";
import type { RunResult } from "../../handlers/bucket/latest";
import type { Settings } from "../../handlers/model";
import { type LocalAwsOptions, type OrganisationFile, startLocalAws } from "../../local/aws";
import { type Container, startContainer, textOf } from "../support/container";
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

/** Reports of organisations, each from a local AWS of its own that ends with its test. Call it once a file. */
export function useReports() {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  async function containerOf(
    served: OrganisationFile,
    options: Partial<LocalAwsOptions> = {},
    environment: Record<string, string> = {},
    settings: Partial<Settings> = {},
  ): Promise<Container> {
    const localAws = await startLocalAws({
      organisation: served,
      throttle: false,
      rate: 1000,
      missingKeyIs403: true,
      ...options,
    });
    closing.push(() => localAws.close());
    return startContainer(localAws, environment, settings);
  }

  async function report(
    served: OrganisationFile,
    options: Partial<LocalAwsOptions> = {},
    settings: Partial<Settings> = {},
  ): Promise<{ result: RunResult; rows: Row[]; csv: string; file(name: string): string }> {
    const { now, ...others } = settings;
    const environment: Record<string, string> = now === undefined ? {} : { CREDENTIAL_REPORT_NOW: now };
    const container = await containerOf(served, options, environment, others);
    const result = await container.run();
    const file = (name: string) => textOf(container.bucket, `${folderOf(result)}/${name}`)!;
    const csv = file("credential_report.csv");
    return { result, csv, file, rows: parse(csv, { columns: true, record_delimiter: "\r\n" }) as Row[] };
  }

  return { containerOf, report };
}

export const column = (rows: Row[], name: string) => rows.map((row) => row[name]);
