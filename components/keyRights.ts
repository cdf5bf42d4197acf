import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccount } from "./awsAccount";
import { policyDocument, serviceTrust, useKey } from "./policy";
import { settingsError } from "./settingsCheck";

export interface KeyRightsArgs {
  readonly account: pulumi.Output<AwsAccount>;
  readonly role: aws.iam.Role;
  /** "" for none: there is then no policy. An output stands for a key. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** Through which the role uses the key. */
  readonly services: readonly string[];
}

/**
 * A policy of its own for the use of the key, because rights come first and the switch after them: what is encrypted with the key waits
 * for it, whether the key is new or another. Where the key goes, or another takes its place, the engine deletes the policy of the former
 * one last. So an update that stops half-way leaves nothing encrypted that a role may not use.
 */
export function keyRights(name: string, { account, role, kmsKeyArn, services }: KeyRightsArgs): aws.iam.RolePolicy[] {
  if (kmsKeyArn === "") return [];
  const policy = pulumi.output({ account, kmsKeyArn }).apply((known) => {
    if (known.kmsKeyArn === "")
      throw settingsError(["kmsKeyArn: expected a key's ARN of an output, got none. Leave kmsKeyArn out for none."]);
    return JSON.stringify(policyDocument(useKey(known.kmsKeyArn, services, known.account.dnsSuffix)));
  });
  return [new aws.iam.RolePolicy(name, { role: role.id, policy }, { parent: role, replaceOnChanges: ["policy"] })];
}

export interface FunctionKeyRightsArgs {
  readonly account: pulumi.Output<AwsAccount>;
  readonly kmsKeyArn: pulumi.Input<string>;
  readonly notificationEmail: pulumi.Input<string>;
  readonly notificationTopicArn: pulumi.Input<string>;
}

export interface FunctionKeyRights {
  readonly role: aws.iam.Role;
  readonly policies: readonly aws.iam.RolePolicy[];
}

/** The function's role, and its use of the key for reports and, where somebody is told, messages. */
export function functionKeyRights(
  name: string,
  args: FunctionKeyRightsArgs,
  parent: pulumi.Resource,
): FunctionKeyRights {
  const role = new aws.iam.Role(
    `${name}-function-role`,
    {
      description: "What the credential report's function may do.",
      assumeRolePolicy: JSON.stringify(serviceTrust("lambda.amazonaws.com")),
    },
    { parent },
  );
  const tells = args.notificationEmail !== "" || args.notificationTopicArn !== "";
  const services = ["s3", ...(tells ? ["sns"] : [])];
  return { role, policies: keyRights(`${name}-function-key-policy`, { ...args, role, services }) };
}
