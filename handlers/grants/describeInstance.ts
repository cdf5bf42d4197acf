import { DescribeInstanceCommand, type SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { type Caller, type Clients, type Staged, wholeAnswerTo } from "../aws/aws";
import { isOfWhoAsks, messageOf, reportError } from "../errors";
import type { InstanceFacts, Organization, Settings } from "../model";
import { readRegions } from "./regions";

type Described = Pick<
  InstanceFacts,
  "ownerAccountId" | "permissionSetsEnabled" | "encryption" | "networkControls" | "notDescribed"
>;

/** What kind of instance it is, and where. Of what could not be read, it says why. */
export function readInstance(settings: Settings, { ssoAdmin }: Clients, call: Caller): Promise<Staged<InstanceFacts>> {
  return call.stage("instance", async (own) => {
    const described = await own.once("instance", "described", () => describe(settings.instanceArn, ssoAdmin, own));
    return { ...(await readRegions(settings, ssoAdmin, own)), ...described };
  });
}

async function describe(InstanceArn: string, ssoAdmin: SSOAdminClient, call: Caller): Promise<Described> {
  const command = new DescribeInstanceCommand({ InstanceArn });
  // The SDK drops the network controls, which it does not know yet.
  const whole = wholeAnswerTo(command);
  try {
    return await call(ssoAdmin, command, () => describedBy(whole()));
  } catch (error) {
    call.throwIfEnded();
    if (isOfWhoAsks(error)) throw error;
    const nothing = { ownerAccountId: null, permissionSetsEnabled: null, encryption: null, networkControls: null };
    return { ...nothing, notDescribed: messageOf(error) };
  }
}

function describedBy(answer: Readonly<Record<string, unknown>>): Described {
  const {
    OwnerAccountId: owner,
    PermissionSetsEnabled: enabled,
    EncryptionConfigurationDetails: encryption,
    NetworkConfigurationDetails: network,
  } = answer;
  const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
  if (typeof owner !== "string" || !/^\d{12}$/.test(owner)) {
    throw reportError("UnexpectedAnswer", `OwnerAccountId: expected an account id, got ${JSON.stringify(owner)}`);
  }
  if (enabled !== undefined && enabled !== null && typeof enabled !== "boolean") {
    throw reportError(
      "UnexpectedAnswer",
      `PermissionSetsEnabled: expected true or false, got ${JSON.stringify(enabled)}`,
    );
  }
  return {
    ownerAccountId: owner,
    permissionSetsEnabled: enabled ?? null,
    encryption: isObject(encryption)
      ? {
          keyType: textOf(encryption.KeyType) ?? "",
          keyArn: textOf(encryption.KmsKeyArn),
          status: textOf(encryption.EncryptionStatus) ?? "",
        }
      : null,
    networkControls: isObject(network) ? network : null,
    notDescribed: null,
  };
}

/**
 * Throws where it is an account's own instance, which lets nobody into an account: it has no permission sets, and only an organization's has
 * account access manager.
 */
export function requireOrganizationInstance(
  { instanceArn }: Settings,
  { permissionSetsEnabled, ownerAccountId }: InstanceFacts,
  { accounts, managementAccountId }: Organization,
): void {
  if (permissionSetsEnabled !== false) return;
  if (accounts !== null && (managementAccountId === null || managementAccountId === ownerAccountId)) return;
  const why =
    accounts === null
      ? "and the accounts of an organization, in which account access manager could give roles, may not be read"
      : `since it belongs to account ${ownerAccountId}, and not to the organization's management account ${managementAccountId}`;
  throw reportError(
    "AccountInstance",
    `${instanceArn} is no instance that lets people into accounts: it has no permission sets, ${why}. Take the organization's instance, from its management account or a delegated administrator.`,
  );
}

/** The error of a call that was refused, with the instance's network controls where there are some: AWS may not name them. */
export function withNetworkControls(error: unknown, instance: InstanceFacts): unknown {
  const { name, message } = error as Error;
  if (name !== "AccessDenied" || !instance.networkControls || !/^(sso-admin|identitystore) /.test(message))
    return error;
  const controls = JSON.stringify(instance.networkControls);
  return reportError(
    name,
    `${message} This instance has network controls (${controls}), which may be why: ask through a network that they admit (docs/own-resources.md, "Network controls").`,
    error,
  );
}
