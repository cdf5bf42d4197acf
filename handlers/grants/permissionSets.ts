import {
  DescribePermissionSetCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ListManagedPoliciesInPermissionSetCommand,
  ListPermissionSetsCommand,
  type SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { allPages, type Caller, inParallel } from "../aws/aws";
import { reportError } from "../errors";
import type { Pair, PermissionSet, Progress, Provisioning, Settings } from "../model";
import { IN_FLIGHT, PAGE_SIZE } from "./requests";

/** What the report is about: every permission set and every account that it is provisioned to. */
export async function listProvisioning(
  settings: Settings,
  ssoAdmin: SSOAdminClient,
  call: Caller,
  progress: Progress,
): Promise<Provisioning> {
  const InstanceArn = settings.instanceArn;
  const MaxResults = PAGE_SIZE;

  const arns = await allPages(call, ssoAdmin, {
    command: (NextToken) => new ListPermissionSetsCommand({ InstanceArn, MaxResults, NextToken }),
    items: ({ PermissionSets }) => PermissionSets,
    idOf: String,
  });

  async function describe(PermissionSetArn: string): Promise<Omit<PermissionSet, "administrator">> {
    const answer = await call(ssoAdmin, new DescribePermissionSetCommand({ InstanceArn, PermissionSetArn }));
    const name = answer.PermissionSet?.Name;
    if (!name) {
      throw reportError("UnexpectedAnswer", `sso-admin DescribePermissionSet gave no name for ${PermissionSetArn}.`);
    }
    return { arn: PermissionSetArn, name, description: answer.PermissionSet?.Description ?? "" };
  }

  function managedPolicies(PermissionSetArn: string): Promise<string[]> {
    return allPages(call, ssoAdmin, {
      command: (NextToken) =>
        new ListManagedPoliciesInPermissionSetCommand({ InstanceArn, PermissionSetArn, MaxResults, NextToken }),
      items: ({ AttachedManagedPolicies }) => AttachedManagedPolicies?.map(({ Arn = "" }) => Arn),
      idOf: String,
    });
  }

  function provisionedAccounts(PermissionSetArn: string): Promise<string[]> {
    return allPages(call, ssoAdmin, {
      command: (NextToken) =>
        new ListAccountsForProvisionedPermissionSetCommand({ InstanceArn, PermissionSetArn, MaxResults, NextToken }),
      items: ({ AccountIds }) => AccountIds,
      idOf: String,
    });
  }

  let done = 0;
  const provisioned = await inParallel(arns, IN_FLIGHT, async (arn) => {
    const [described, policies, accounts] = await Promise.all([
      describe(arn),
      managedPolicies(arn),
      provisionedAccounts(arn),
    ]);
    const administrator =
      settings.administratorPermissionSets.includes(described.name) ||
      policies.some((policy) => /^arn:aws[a-z-]*:iam::aws:policy\/AdministratorAccess$/.test(policy));
    progress("permission sets", ++done, arns.length);
    return { permissionSet: { ...described, administrator }, accounts };
  });

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
  return { permissionSets: provisioned.map((each) => each.permissionSet), pairs };
}
