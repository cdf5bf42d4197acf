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

/**
 * The trust policy of a role that an AWS service takes on for this account alone, and, where `sourceArn` is given, for those of
 * its resources alone.
 */
export function serviceTrust(service: string, accountId: string, sourceArn?: string): PolicyDocument {
  return policyDocument({
    Sid: "AssumedByTheServiceForThisAccount",
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ...(sourceArn === undefined ? {} : { ArnLike: { "aws:SourceArn": sourceArn } }),
    },
  });
}

/**
 * The use of a key through these AWS services alone: GenerateDataKey to write, Decrypt to read, for the parts of an upload, and
 * for SQS to write, too.
 */
export function useKey(kmsKeyArn: string, services: readonly string[]): Statement {
  const region = kmsKeyArn.split(":")[3];
  return {
    Sid: "UseKey",
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: kmsKeyArn,
    // With what follows, since China's end in .com.cn.
    Condition: { StringLike: { "kms:ViaService": services.map((service) => `${service}.${region}.amazonaws.com*`) } },
  };
}
