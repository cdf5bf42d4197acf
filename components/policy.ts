/** An IAM policy as a value, so that tests and other programs can read it before AWS does. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

export interface Statement {
  /** What the statement is for; one purpose each. */
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | { readonly Service: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: string | readonly string[] } };
}

export function policyDocument(...statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

export function allow(Sid: string, Action: Statement["Action"], Resource: Statement["Resource"]): Statement {
  return { Sid, Effect: "Allow", Action, Resource };
}

/**
 * The condition keys that a service is documented to send when it takes on a role. A condition on any other may refuse every call.
 * Lambda sends none, and needs none: only this account's functions can be given a role of this account.
 */
export const trustConditionKeys = {
  "lambda.amazonaws.com": {
    keys: [],
    documentation: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
  },
  "scheduler.amazonaws.com": {
    keys: ["aws:SourceAccount", "aws:SourceArn"],
    documentation:
      "https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html",
  },
  "states.amazonaws.com": {
    keys: ["aws:SourceAccount", "aws:SourceArn"],
    documentation: "https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html",
  },
  "ssm.amazonaws.com": {
    keys: ["aws:SourceAccount", "aws:SourceArn"],
    documentation:
      "https://docs.aws.amazon.com/systems-manager/latest/userguide/cross-service-confused-deputy-prevention.html",
  },
} as const;

/** A service that says for whom it takes on a role. */
type SayingService = "scheduler.amazonaws.com" | "ssm.amazonaws.com" | "states.amazonaws.com";

/** Whose resources a service may take on a role for. */
export interface TrustSource {
  readonly accountId: string;
  readonly arn: string;
}

/** The trust policy of a role that an AWS service takes on, for this source alone where the service says for whom. */
export function serviceTrust(service: "lambda.amazonaws.com"): PolicyDocument;
export function serviceTrust(service: SayingService, source: TrustSource): PolicyDocument;
export function serviceTrust(service: keyof typeof trustConditionKeys, source?: TrustSource): PolicyDocument {
  return policyDocument({
    Sid: "AssumedByTheServiceForThisAccount",
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    ...(source === undefined
      ? {}
      : {
          Condition: {
            StringEquals: { "aws:SourceAccount": source.accountId },
            ArnLike: { "aws:SourceArn": source.arn },
          },
        }),
  });
}

/**
 * The use of a key through these AWS services alone: GenerateDataKey to write, Decrypt to read, for the parts of an upload, and
 * for SQS to write, too.
 */
export function useKey(kmsKeyArn: string, services: readonly string[], dnsSuffix: string): Statement {
  const region = kmsKeyArn.split(":")[3]!;
  return {
    Sid: "UseKey",
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: kmsKeyArn,
    Condition: viaServices(services, region, dnsSuffix),
  };
}

/** @param dnsSuffix the partition's: `amazonaws.com`, `amazonaws.com.cn`, `amazonaws.eu` … */
export function viaServices(services: readonly string[], region: string, dnsSuffix: string) {
  return { StringEquals: { "kms:ViaService": services.map((service) => `${service}.${region}.${dnsSuffix}`) } };
}
