import {
  GetInlinePolicyForPermissionSetCommand,
  ListCustomerManagedPolicyReferencesInPermissionSetCommand,
  ListManagedPoliciesInPermissionSetCommand,
  type SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { allPages, type Caller, type MustBe, wholeAnswerTo } from "../aws/aws";
import { reportError } from "../errors";
import type { PermissionSet, Settings } from "../model";
import { PAGE_SIZE } from "./requests";

/** Whether a permission set counts as administrator, and why. */
export type Administrator = Pick<PermissionSet, "administrator" | "administratorReason">;

/** What of a permission set's policies can be read. */
interface Policies {
  /** ARNs. */
  readonly managed: readonly string[];
  readonly inlineAllowsEverything: boolean;
  /** Paths with names. */
  readonly customerManaged: readonly string[];
}

/**
 * Reads what a permission set allows, as far as Identity Center tells: its AWS-managed policies by their names, whether its inline policy allows
 * everything. Customer-managed policies are in each account, and are only named.
 */
export function createReadAdministrator(settings: Settings, ssoAdmin: SSOAdminClient, call: Caller, mustBe: MustBe) {
  const InstanceArn = settings.instanceArn;
  const MaxResults = PAGE_SIZE;
  const named = settings.administratorPermissionSets;
  const awsManaged = /^arn:aws[a-z-]*:iam::aws:policy\/(AdministratorAccess|IAMFullAccess)$/;
  const allows = allowsEverything;

  function managedPolicies(PermissionSetArn: string): Promise<string[]> {
    return allPages(call, ssoAdmin, {
      command: (NextToken) =>
        new ListManagedPoliciesInPermissionSetCommand({ InstanceArn, PermissionSetArn, MaxResults, NextToken }),
      list: "AttachedManagedPolicies",
      itemOf: ({ Arn }) => mustBe.id("AttachedManagedPolicies.Arn", Arn),
      idOf: String,
      keptAs: `managed policies ${PermissionSetArn}`,
    });
  }

  function customerManagedPolicies(PermissionSetArn: string): Promise<string[]> {
    return allPages(call, ssoAdmin, {
      command: (NextToken) =>
        new ListCustomerManagedPolicyReferencesInPermissionSetCommand({
          InstanceArn,
          PermissionSetArn,
          MaxResults,
          NextToken,
        }),
      list: "CustomerManagedPolicyReferences",
      itemOf: ({ Name, Path }) =>
        `${mustBe.text("CustomerManagedPolicyReferences.Path", Path) || "/"}${mustBe.id("CustomerManagedPolicyReferences.Name", Name)}`,
      idOf: String,
      keptAs: `customer-managed policies ${PermissionSetArn}`,
    });
  }

  function inlineAllowsEverything(PermissionSetArn: string): Promise<boolean> {
    const command = new GetInlinePolicyForPermissionSetCommand({ InstanceArn, PermissionSetArn });
    const whole = wholeAnswerTo(command);
    return call.once("inline policy", PermissionSetArn, () =>
      call(ssoAdmin, command, ({ $metadata }) => {
        const policy = mustBe.text("InlinePolicy", whole().InlinePolicy);
        // AWS may leave it out where there is none: nothing else tells that from an answer in AWS's place.
        if (policy === "" && !$metadata.requestId) {
          throw reportError("UnexpectedAnswer", "InlinePolicy: expected AWS's request id with no policy, got none");
        }
        return allows(PermissionSetArn, policy);
      }),
    );
  }

  return {
    async read(arn: string): Promise<Policies> {
      const [managed, everything, customerManaged] = await Promise.all([
        managedPolicies(arn),
        inlineAllowsEverything(arn),
        customerManagedPolicies(arn),
      ]);
      return { managed, inlineAllowsEverything: everything, customerManaged };
    },

    of(name: string, policies: Policies): Administrator {
      const because = policies.managed.flatMap((policy) => {
        const [, known] = awsManaged.exec(policy) ?? [];
        return known === undefined ? [] : [`the AWS-managed policy ${known}`];
      });
      if (policies.inlineAllowsEverything) because.push("an inline policy that allows everything");
      if (named.includes(name)) because.push("its name is in administratorPermissionSets");
      const administrator = because.length > 0;
      if (policies.customerManaged.length > 0)
        because.push(`not read: the customer-managed policies ${policies.customerManaged.join(", ")}`);
      return { administrator, ...(because.length > 0 && { administratorReason: because.join("; ") }) };
    },
  };
}

/**
 * Whether a statement of a policy allows every action on every resource. What conditions and denials take away is not reckoned: who may do everything
 * under a condition is an administrator there.
 *
 * @param policy JSON; empty where there is none
 * @throws UnexpectedAnswer where it is no policy
 */
export function allowsEverything(permissionSetArn: string, policy: string): boolean {
  if (policy === "") return false;
  const notUnderstood = () =>
    reportError(
      "UnexpectedAnswer",
      `InlinePolicy: expected the policy of ${permissionSetArn} in JSON, got ${JSON.stringify(policy.slice(0, 80))}`,
    );
  let document: { Statement?: unknown } | null = null;
  try {
    document = JSON.parse(policy);
  } catch {
    throw notUnderstood();
  }
  const { Statement } = document ?? {};
  if (typeof Statement !== "object" || Statement === null) throw notUnderstood();
  const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
  const hasAll = (value: unknown, all: RegExp) =>
    listed(value).some((each) => typeof each === "string" && all.test(each));
  return listed(Statement).some((statement) => {
    const { Effect, Action, Resource } = (statement ?? {}) as Record<string, unknown>;
    return Effect === "Allow" && hasAll(Action, /^\*+(:\*+)?$/) && hasAll(Resource, /^\*+$/);
  });
}
