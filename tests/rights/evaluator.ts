import { runSimulation } from "@cloud-copilot/iam-simulate";

/** A policy as AWS takes it: parsed JSON. */
export interface Policy {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Sid?: string;
    readonly Effect: "Allow" | "Deny";
    readonly Action: string | readonly string[];
    readonly Resource?: string | readonly string[];
    readonly Condition?: object;
  }[];
}

/** One thing that IAM is asked about: an action on one resource, and what is known of the request. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
}

export type Decision = "Allowed" | "ImplicitlyDenied" | "ExplicitlyDenied";

export interface Asker {
  /** An ARN, or a service's name as it stands in trust policies. */
  readonly principal: string;
  readonly accountId: string;
  readonly identityPolicies: readonly Policy[];
  /** The bucket's, the key's or, for sts:AssumeRole, the role's own. */
  readonly resourcePolicy?: Policy;
}

/** What IAM would say, by an evaluator that knows every action's resource types and condition keys. Throws where it cannot tell. */
export async function decide(asker: Asker, { action, resource, context }: Need): Promise<Decision> {
  const { principal } = asker;
  const answer = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: resource.split(":")[4] || asker.accountId },
        // IAM knows who asks; the evaluator is told.
        contextVariables: { ...(principal.startsWith("arn:") && { "aws:PrincipalArn": principal }), ...context },
      },
      identityPolicies: asker.identityPolicies.map((policy, index) => ({ name: `policy ${index}`, policy })),
      resourcePolicy: asker.resourcePolicy,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === "error") {
    throw new Error(`${action} on ${resource} cannot be evaluated: ${JSON.stringify(answer.errors)}`);
  }
  return answer.overallResult as Decision;
}

export const list = (value: string | readonly string[] = []): string[] => [value].flat();

/** Whether a resource of a policy covers an ARN: `*` stands for any characters. */
export function covers(pattern: string, arn: string): boolean {
  const text = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${text.join(".*")}$`).test(arn);
}
