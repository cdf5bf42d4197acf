import {
  DescribePermissionSetCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  type SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { allPages, type Caller, inParallel, type MustBe } from "../aws/aws";
import { reportError } from "../errors";
import type { Pair, PermissionSet, Progress, Provisioning, Settings } from "../model";
import { type Administrator, createReadAdministrator } from "./administrators";
import { createDeletedSets, listPermissionSets } from "./deletedSets";
import { IN_FLIGHT, PAGE_SIZE } from "./requests";

/** What the report is about: every permission set and every account that it is provisioned to. */
export async function listProvisioning(
  settings: Settings,
  ssoAdmin: SSOAdminClient,
  call: Caller,
  mustBe: MustBe,
  progress: Progress,
): Promise<Provisioning> {
  const InstanceArn = settings.instanceArn;
  const MaxResults = PAGE_SIZE;

  const arns = await listPermissionSets(InstanceArn, ssoAdmin, call, mustBe, "permission sets");
  const deletedSets = createDeletedSets(InstanceArn, ssoAdmin, call, mustBe);

  const administrators = createReadAdministrator(settings, ssoAdmin, call, mustBe);

  function describe(PermissionSetArn: string): Promise<Omit<PermissionSet, keyof Administrator>> {
    const command = new DescribePermissionSetCommand({ InstanceArn, PermissionSetArn });
    return call.once("permission set", PermissionSetArn, () =>
      call(ssoAdmin, command, ({ PermissionSet: set }) => {
        const name = mustBe.text("PermissionSet.Name", set?.Name);
        if (name === "") {
          throw reportError("UnexpectedAnswer", `PermissionSet.Name: expected a name of ${PermissionSetArn}, got none`);
        }
        return { arn: PermissionSetArn, name, description: mustBe.text("PermissionSet.Description", set?.Description) };
      }),
    );
  }

  function provisionedAccounts(PermissionSetArn: string): Promise<string[]> {
    return allPages(call, ssoAdmin, {
      command: (NextToken) =>
        new ListAccountsForProvisionedPermissionSetCommand({ InstanceArn, PermissionSetArn, MaxResults, NextToken }),
      list: "AccountIds",
      itemOf: (id) => mustBe.accountId("AccountIds", id),
      idOf: String,
      keptAs: `accounts of ${PermissionSetArn}`,
    });
  }

  let done = 0;
  const read = await inParallel(arns, IN_FLIGHT, async (arn) => {
    const found = await deletedSets.unlessDeleted(arn, () =>
      Promise.all([describe(arn), administrators.read(arn), provisionedAccounts(arn)]),
    );
    progress("permission sets", ++done, arns.length);
    if (found === null) return null;
    const [described, policies, accounts] = found;
    return { permissionSet: { ...described, ...administrators.of(described.name, policies) }, accounts };
  });

  const provisioned = read.filter((each) => each !== null);
  provisioned.sort((a, b) => {
    const x = a.permissionSet;
    const y = b.permissionSet;
    return x.name < y.name ? -1 : x.name > y.name ? 1 : x.arn < y.arn ? -1 : x.arn > y.arn ? 1 : 0;
  });
  const pairs: Pair[] = [];
  provisioned.forEach(({ accounts }, permissionSet) => {
    for (const account of accounts) pairs.push([account, permissionSet]);
  });
  pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
  return {
    permissionSets: provisioned.map((each) => each.permissionSet),
    pairs,
    notes: deletedSets
      .arns()
      .map((arn) => `The permission set ${arn} was deleted while the report was made: it is left out.`),
  };
}
