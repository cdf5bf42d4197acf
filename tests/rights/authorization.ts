import type { RecordedRequest } from "../../local/aws/recorder";
import { athenaNeeds } from "./athenaNeeds";
import type { Need } from "./evaluator";

/** What the ARNs of a deployment are made of. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  /** Of the Identity Center instance and the event data store. */
  readonly ownerAccountId: string;
  readonly eventDataStoreArn: string;
  /** Customer managed keys; "" where AWS uses its own. */
  readonly keys: { readonly reports: string; readonly lake: string; readonly identityCenter: string };
}

/** Real endpoints are HTTPS; the local AWS has none but HTTP. */
const https = { "aws:SecureTransport": "true" };

type Needs = (request: RecordedRequest, place: Place) => Need[];

const on = (action: string, resources: readonly string[], context: Record<string, string> = {}): Need[] =>
  resources.map((resource) => ({ action, resource, context: { ...https, ...context } }));

/** AWS asks for the action on every one of its resource types. */
const sso =
  (...more: ("permissionSet" | "account")[]): Needs =>
  ({ operation, parameters }, { partition, keys }) => [
    ...on(`sso:${operation}`, [
      String(parameters.InstanceArn),
      ...(more.includes("permissionSet") ? [String(parameters.PermissionSetArn)] : []),
      ...(more.includes("account") ? [`arn:${partition}:sso:::account/${parameters.AccountId}`] : []),
    ]),
    ...keyNeeds("kms:Decrypt", "sso", keys.identityCenter),
  ];

/** Listings are asked for on all of a kind: the service authorization reference has `user/*` itself as their resource. */
const identityStore =
  (...kinds: ("user" | "group" | "membership")[]): Needs =>
  ({ operation, parameters }, { partition, ownerAccountId, keys }) => [
    ...on(`identitystore:${operation}`, [
      `arn:${partition}:identitystore::${ownerAccountId}:identitystore/${parameters.IdentityStoreId}`,
      ...kinds.map((kind) => {
        const id = kind === "group" && parameters.GroupId !== undefined ? parameters.GroupId : "*";
        return `arn:${partition}:identitystore:::${kind}/${id}`;
      }),
    ]),
    ...keyNeeds("kms:Decrypt", "identitystore", keys.identityCenter),
  ];

/** A query belongs to the store that it was started on; the store's ARN is made of what the request itself says, where it does. */
const cloudTrail: Needs = ({ operation, parameters, region }, place) => {
  const { partition, ownerAccountId, eventDataStoreArn, keys } = place;
  const named = parameters.EventDataStore ?? /FROM ([0-9a-f-]{36})/.exec(String(parameters.QueryStatement))?.[1];
  const store = `arn:${partition}:cloudtrail:${region}:${ownerAccountId}:eventdatastore/${String(named).split("/").at(-1)}`;
  // Those that read or write events, not those that manage a query. CloudTrail documents no kms:ViaService.
  const reads = keys.lake !== "" && /^(StartQuery|GetQueryResults)$/.test(operation);
  return [
    ...on(`cloudtrail:${operation}`, [named === undefined ? eventDataStoreArn : store]),
    ...(reads ? [...on("kms:Decrypt", [keys.lake]), ...on("kms:GenerateDataKey", [keys.lake])] : []),
  ];
};

/** @param keyActions what the caller must be allowed on the key of an encrypted bucket */
const s3Object =
  (action: string, ...keyActions: string[]): Needs =>
  (request, place) => {
    const object = `arn:${place.partition}:s3:::${request.bucket}/${request.key}`;
    return [
      ...on(action, [object]),
      // A lock that the request names is a right of its own: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
      ...(request.headers["x-amz-object-lock-mode"] === undefined ? [] : on("s3:PutObjectRetention", [object])),
      // S3 tells by If-Match what is there, so the caller must be allowed to read it.
      ...(request.headers["if-match"] === undefined ? [] : on("s3:GetObject", [object])),
      ...keyActions.flatMap((keyAction) => keyNeeds(keyAction, "s3", place.keys.reports)),
    ];
  };

/**
 * What the caller of an operation must be allowed, from the service authorization reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/) and, for keys, from the documentation of S3, SQS and SNS.
 */
const operations: Readonly<Record<string, Needs>> = {
  "sso-admin:ListPermissionSets": sso(),
  "sso-admin:ListRegions": sso(),
  "sso-admin:DescribeInstance": sso(),
  "sso-admin:ListApplications": (_, { keys }) => [
    ...on("sso:ListApplications", ["*"]),
    ...keyNeeds("kms:Decrypt", "sso", keys.identityCenter),
  ],
  "sso-admin:ListApplicationAccessScopes": ({ operation, parameters }, { keys }) => [
    ...on(`sso:${operation}`, [String(parameters.ApplicationArn)]),
    ...keyNeeds("kms:Decrypt", "sso", keys.identityCenter),
  ],
  "account-access:ListApplications": () => on("account-access:ListApplications", ["*"]),
  "account-access:ListEntitlements": ({ operation, parameters }) =>
    on(`account-access:${operation}`, [String(parameters.applicationArn)]),
  "sso-admin:DescribePermissionSet": sso("permissionSet"),
  "sso-admin:ListAccountsForProvisionedPermissionSet": sso("permissionSet"),
  "sso-admin:GetInlinePolicyForPermissionSet": sso("permissionSet"),
  "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet": sso("permissionSet"),
  "sso-admin:ListManagedPoliciesInPermissionSet": sso("permissionSet"),
  "sso-admin:ListAccountAssignments": sso("permissionSet", "account"),
  "identitystore:ListUsers": identityStore("user"),
  "identitystore:ListGroups": identityStore("group"),
  "identitystore:DescribeUser": identityStore("user"),
  "identitystore:DescribeGroup": identityStore("group"),
  "identitystore:ListGroupMemberships": identityStore("group", "membership"),
  "organizations:ListAccounts": () => on("organizations:ListAccounts", ["*"]),
  "cloudtrail:GetEventDataStore": cloudTrail,
  "cloudtrail:StartQuery": cloudTrail,
  "cloudtrail:DescribeQuery": cloudTrail,
  "cloudtrail:GetQueryResults": cloudTrail,
  "cloudtrail:CancelQuery": cloudTrail,
  "sts:AssumeRole": ({ parameters }) =>
    on("sts:AssumeRole", [String(parameters.RoleArn)], { "aws:PrincipalOrgID": "o-a1b2c3d4e5" }),
  "cloudtrail:LookupEvents": () => on("cloudtrail:LookupEvents", ["*"]),
  "s3:GetObject": s3Object("s3:GetObject", "kms:Decrypt"),
  "s3:PutObject": s3Object("s3:PutObject", "kms:GenerateDataKey"),
  // Reads its source, and writes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
  "s3:CopyObject": (request, place) => {
    const source = decodeURIComponent(String(request.headers["x-amz-copy-source"]));
    return [
      ...s3Object("s3:PutObject", "kms:GenerateDataKey", "kms:Decrypt")(request, place),
      ...on("s3:GetObject", [`arn:${place.partition}:s3:::${source}`]),
    ];
  },
  "s3:CreateMultipartUpload": s3Object("s3:PutObject", "kms:GenerateDataKey"),
  "s3:UploadPart": s3Object("s3:PutObject", "kms:GenerateDataKey", "kms:Decrypt"),
  "s3:CompleteMultipartUpload": s3Object("s3:PutObject", "kms:Decrypt"),
  "s3:AbortMultipartUpload": s3Object("s3:AbortMultipartUpload"),
  "s3:DeleteObject": s3Object("s3:DeleteObject"),
  // Metadata is not encrypted; a checksum is, if it is asked for.
  "s3:HeadObject": (request, place) =>
    s3Object("s3:GetObject", ...(request.headers["x-amz-checksum-mode"] === undefined ? [] : ["kms:Decrypt"]))(
      request,
      place,
    ),
  "states:StartExecution": ({ operation, parameters }) =>
    on(`states:${operation}`, [String(parameters.stateMachineArn)]),
  "states:DescribeExecution": ({ operation, parameters }) =>
    on(`states:${operation}`, [String(parameters.executionArn)]),
  "sns:Publish": ({ parameters }, place) => messageNeeds("sns:Publish", String(parameters.TopicArn), place),
  "s3:ListObjectsV2": ({ bucket, parameters }, { partition }) =>
    on("s3:ListBucket", [`arn:${partition}:s3:::${bucket}`], { "s3:prefix": String(parameters.prefix ?? "") }),
};

/** What the caller of a recorded request must be allowed. Throws for an operation that nobody has thought about. */
export function needsOf(request: RecordedRequest, place: Place): Need[] {
  const { service, operation, path } = request;
  const invoked = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path)?.[1];
  if (service === "lambda" && invoked !== undefined) {
    const { partition, region, accountId } = place;
    return on("lambda:InvokeFunction", [
      `arn:${partition}:lambda:${region}:${accountId}:function:${decodeURIComponent(invoked).split(":function:").pop()}`,
    ]);
  }
  if (service === "athena") return athenaNeeds(request, place);
  const needs = operations[`${service}:${operation}`];
  if (!needs) throw new Error(`${service}:${operation} is not in tests/rights/authorization.ts: what does it need?`);
  return needs(request, place);
}

/** Through a service: KMS sees the caller, and which service asks for them. Empty without a key. */
function keyNeeds(action: string, service: string, keyArn: string): Need[] {
  if (keyArn === "") return [];
  const domains: Readonly<Record<string, string>> = { "aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu" };
  const domain = domains[keyArn.split(":")[1]!] ?? "amazonaws.com";
  return on(action, [keyArn], { "kms:ViaService": `${service}.${keyArn.split(":")[3]}.${domain}` });
}

/** A message into a queue or a topic of this stack, which is encrypted with the stack's key where it has one. */
export function messageNeeds(action: "sqs:SendMessage" | "sns:Publish", arn: string, { keys }: Place): Need[] {
  const service = action.split(":")[0]!;
  return [
    ...on(action, [arn]),
    ...keyNeeds("kms:GenerateDataKey", service, keys.reports),
    ...keyNeeds("kms:Decrypt", service, keys.reports),
  ];
}

/** What Lambda does with the function's role to keep its logs. */
export function logNeeds(logGroupName: string, { partition, region, accountId }: Place): Need[] {
  const group = `arn:${partition}:logs:${region}:${accountId}:log-group:${logGroupName}`;
  const stream = `${group}:log-stream:2026/11/20/[$LATEST]0a1b2c`;
  return [...on("logs:CreateLogStream", [stream]), ...on("logs:PutLogEvents", [stream])];
}

export function startNeeds(stateMachineArn: string): Need[] {
  return on("states:StartExecution", [stateMachineArn]);
}

/** What Step Functions' documentation asks for, so that an execution's events are logged; CDK grants the same. */
export function logDeliveryNeeds(): Need[] {
  const delivery = [
    "CreateLogDelivery",
    "DeleteLogDelivery",
    "GetLogDelivery",
    "ListLogDeliveries",
    "UpdateLogDelivery",
  ];
  const groups = ["DescribeLogGroups", "DescribeResourcePolicies", "PutResourcePolicy"];
  return [...delivery, ...groups].flatMap((action) => on(`logs:${action}`, ["*"]));
}
