import { parseTrailTable } from "../handlers/settings";
import type { AwsAccount } from "./awsAccount";
import { allow, type Statement } from "./policy";

/** Where a stack reads logins. */
export interface LoginRightsArgs {
  readonly account: AwsAccount;
  readonly instanceArn: string;
  /** "" where logins are read elsewhere. */
  readonly eventDataStoreArn: string;
  /** "" where logins are read elsewhere. */
  readonly trailTable: string;
  readonly trailWorkgroup: string;
  /** "" where logins are read with the function's own role. */
  readonly loginRoleArn: string;
  /** "" where the event data store has no key of the customer's. */
  readonly lakeKmsKeyArn: string;
}

/** What reading logins takes, each source's alone where it is the stack's. */
export function loginStatements(args: LoginRightsArgs): Statement[] {
  const owner = args.trailTable === "" ? [] : [allow("ReadOwner", "sso:DescribeInstance", args.instanceArn)];
  if (args.loginRoleArn !== "") return [...owner, allow("AssumeLoginRole", "sts:AssumeRole", args.loginRoleArn)];
  return [...owner, ...readingStatements(args)];
}

function readingStatements(args: LoginRightsArgs): Statement[] {
  if (args.eventDataStoreArn !== "") return lakeStatements(args);
  if (args.trailTable !== "") return trailStatements(args);
  // Event history knows no narrower resource.
  return [allow("LookUpLogins", "cloudtrail:LookupEvents", "*")];
}

function lakeStatements({ eventDataStoreArn, lakeKmsKeyArn }: LoginRightsArgs): Statement[] {
  const actions = ["CancelQuery", "DescribeQuery", "GetEventDataStore", "GetQueryResults", "StartQuery"];
  const query = allow(
    "QueryLogins",
    actions.map((action) => `cloudtrail:${action}`),
    eventDataStoreArn,
  );
  if (lakeKmsKeyArn === "") return [query];
  // No kms:ViaService: AWS documents none for CloudTrail Lake, and a wrong one would make all usage UNKNOWN.
  return [query, allow("QueryEncryptedLogins", ["kms:Decrypt", "kms:GenerateDataKey"], lakeKmsKeyArn)];
}

/**
 * Of the trail's bucket and of where results go, the settings have no name: files below `AWSLogs/` are read, and results written into buckets of
 * the name that Athena proposes, both through Athena alone. Another place for results lets the role in by its bucket's policy.
 */
function trailStatements({ account, trailTable, trailWorkgroup }: LoginRightsArgs): Statement[] {
  const { partition, region, accountId } = account;
  const { catalog = "", database = "", table = "" } = parseTrailTable(trailTable) ?? {};
  const athena = (resource: string) => `arn:${partition}:athena:${region}:${accountId}:${resource}`;
  const glue = (resource: string) => `arn:${partition}:glue:${region}:${accountId}:${resource}`;
  const bucket = (name: string) => `arn:${partition}:s3:::${name}`;
  const results = bucket("aws-athena-query-results-*/*");
  const glueName = (name: string) => name.toLowerCase();
  const tables = [
    glue("catalog"),
    glue(`database/${glueName(database)}`),
    glue(`table/${glueName(database)}/${glueName(table)}`),
  ];
  const byAthena = { Condition: { "ForAnyValue:StringEquals": { "aws:CalledVia": ["athena.amazonaws.com"] } } };
  return [
    allow(
      "QueryTrail",
      [
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:GetWorkGroup",
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
      ],
      athena(`workgroup/${trailWorkgroup}`),
    ),
    allow("ReadTrailCatalog", "athena:GetTableMetadata", athena(`datacatalog/${catalog}`)),
    allow("ReadTrailDatabase", "glue:GetDatabase", tables.slice(0, 2)),
    allow("ReadTrailTable", ["glue:GetPartitions", "glue:GetTable"], tables),
    { ...allow("FindTrailFiles", ["s3:GetBucketLocation", "s3:ListBucket"], bucket("*")), ...byAthena },
    { ...allow("ReadTrailFiles", "s3:GetObject", bucket("*/AWSLogs/*")), ...byAthena },
    allow("ReadTrailResults", "s3:GetObject", results),
    {
      ...allow(
        "WriteTrailResults",
        ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
        results,
      ),
      ...byAthena,
    },
  ];
}
