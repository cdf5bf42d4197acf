import {
  ACCOUNT_ACCESS_REGIONS,
  type AccountAccessClient,
  allPages,
  type Caller,
  inParallel,
  listAccessApplications,
  listAccountEntitlements,
  type MustBe,
  SLICE_OVER,
} from "../aws/aws";
import { isOfWhoAsks, messageOf, reportError } from "../errors";
import type { Entitlements, Organization, PrincipalType, Progress, RoleEntitlements } from "../model";
import { IN_FLIGHT } from "./requests";

type AccountAccess = Organization["accountAccess"];

/**
 * Account access manager's applications: none where it is not used. That it is not offered here is a fact; that it could not be asked is none,
 * and leaves ways into accounts out.
 */
export function findAccessApplications(
  accountAccess: AccountAccessClient,
  call: Caller,
  mustBe: MustBe,
): Promise<AccountAccess> {
  return call.once("account access", "applications", async (): Promise<AccountAccess> => {
    const region = await accountAccess.config.region();
    if (!ACCOUNT_ACCESS_REGIONS.includes(region)) {
      return { status: "not-offered", reason: `account access manager is not offered in ${region}`, applications: [] };
    }
    try {
      const arns = await allPages(call, accountAccess, {
        command: listAccessApplications,
        list: "applications",
        itemOf: ({ applicationArn }) => mustBe.id("applications.applicationArn", applicationArn),
        idOf: String,
      });
      return { status: "read", reason: null, applications: arns.sort() };
    } catch (error) {
      call.throwIfEnded();
      if (isOfWhoAsks(error)) throw error;
      const cause = (error as Error).cause as { code?: string; hostname?: string } | undefined;
      return cause?.code === "ENOTFOUND"
        ? { status: "not-offered", reason: `there is no host ${cause.hostname ?? "of its name"}`, applications: [] }
        : { status: "failed", reason: messageOf(error), applications: [] };
    }
  });
}

/**
 * Who was given a role of an account, account by account.
 *
 * @param accountIds each once, in order
 * @param onPrincipal told of each once all are read
 */
export async function listEntitlements(
  { status, reason, applications }: AccountAccess,
  accountIds: readonly string[],
  accountAccess: AccountAccessClient,
  call: Caller,
  mustBe: MustBe,
  progress: Progress,
  onPrincipal: (type: PrincipalType, id: string) => void,
): Promise<Entitlements> {
  const FAILED = "entitlements failed";
  const none = { applications: applications.length, roles: [] };
  if (status !== "read" || applications.length === 0) return { ...none, status, reason };
  // Kept, since whoever publishes this run again must say the same.
  const [before] = call.notes(FAILED);
  if (before !== undefined) return { ...none, status: "failed", reason: before[0]! };

  const asked = applications.flatMap((application) => accountIds.map((account) => [application, account] as const));
  let done = 0;
  try {
    const read = await inParallel(asked, IN_FLIGHT, async ([application, account]) => {
      const entitlements = await entitlementsOf(application, account, accountAccess, call, mustBe);
      progress("entitlements", ++done, asked.length);
      return entitlements;
    });
    const entitlements = read.flat();
    // Not before: another slice that finds the failure noted must ask for nobody else.
    for (const { type, id } of entitlements) onPrincipal(type, id);
    return { status: "read", reason: null, applications: applications.length, roles: byRole(entitlements) };
  } catch (error) {
    call.throwIfEnded();
    if ((error as Error).name === SLICE_OVER || isOfWhoAsks(error)) throw error;
    const why = messageOf(error);
    call.note(FAILED, [why]);
    return { ...none, status: "failed", reason: why };
  }
}

interface Entitlement {
  readonly entitlementId: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly type: PrincipalType;
  readonly id: string;
  readonly createdMs: number | null;
}

function entitlementsOf(
  application: string,
  account: string,
  accountAccess: AccountAccessClient,
  call: Caller,
  mustBe: MustBe,
): Promise<Entitlement[]> {
  const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
  const LocalDate = Date;
  return allPages(call, accountAccess, {
    command: (nextToken) => listAccountEntitlements(application, account, nextToken),
    list: "entitlements",
    itemOf: ({ entitlementId, entitlement, createdAt }): Entitlement => {
      const [, given] = mustBe.union("entitlements.entitlement", entitlement, ["principalRole"]);
      const { principal, roleArn, account: accountId } = given as Readonly<Record<string, unknown>>;
      const [, identity] = mustBe.union("entitlements.principal", principal, ["identityCenter"]);
      const [kind, id] = mustBe.union("entitlements.principal.identityCenter", identity, ["userId", "groupId"]);
      const role = mustBe.id("entitlements.roleArn", roleArn);
      if (
        mustBe.accountId("entitlements.account", accountId) !== account ||
        !/^arn:[\w-]+:iam::\d{12}:role\/./.test(role)
      ) {
        throw reportError(
          "UnexpectedAnswer",
          `entitlements.roleArn: expected that of a role of account ${account}, got ${role} of account ${accountId}`,
        );
      }
      const at = typeof createdAt === "string" && ISO.test(createdAt) ? new LocalDate(createdAt) : createdAt;
      const type = kind === "userId" ? "USER" : "GROUP";
      return {
        entitlementId: mustBe.id("entitlements.entitlementId", entitlementId),
        accountId: account,
        roleArn: role,
        type,
        id: mustBe.id("entitlements.principal.identityCenter", id),
        createdMs: mustBe.instantMs("createdAt of entitlements", `${role} of ${String(id)}`, at),
      };
    },
    idOf: ({ entitlementId: given }) => given,
    keptAs: `entitlements ${application} ${account}`,
  });
}

/** Two applications may give the same role: the newer of both counts. */
function byRole(entitlements: readonly Entitlement[]): RoleEntitlements[] {
  const roles = new Map<string, { accountId: string; roleArn: string; principals: Map<string, Entitlement> }>();
  for (const entitlement of entitlements) {
    const { accountId, roleArn, type, id, createdMs } = entitlement;
    const key = `${accountId} ${roleArn}`;
    const role = roles.get(key) ?? { accountId, roleArn, principals: new Map<string, Entitlement>() };
    roles.set(key, role);
    const other = role.principals.get(`${type} ${id}`);
    if (other === undefined || (createdMs ?? -1) > (other.createdMs ?? -1))
      role.principals.set(`${type} ${id}`, entitlement);
  }
  // The account has a fixed length.
  return [...roles]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { accountId, roleArn, principals }]) => ({
      accountId,
      roleArn,
      principals: [...principals.values()].map(({ type, id, createdMs }) => [type, id, createdMs] as const),
    }));
}
