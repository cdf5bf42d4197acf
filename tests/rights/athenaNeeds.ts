import type { RecordedRequest } from "../../local/aws/recorder";
import type { Need } from "./evaluator";

interface Where {
  /** Whose trail is read. @default the account itself */
  readonly trailOwner?: string;
  readonly buckets?: { readonly trail: string; readonly results: string };
  readonly partition: string;
  readonly accountId: string;
}

const context = { "aws:SecureTransport": "true" };
const by = (action: string, resources: readonly string[], more: Record<string, string> = {}): Need[] =>
  resources.map((resource) => ({ action, resource, context: { ...context, ...more } }));

/** The table's parts in what is asked: a statement names them, and so does GetTableMetadata. */
function tableOf({ parameters }: RecordedRequest): [catalog: string, database: string, table: string] {
  const statement = /FROM "([^"]+)"\."([^"]+)"\."([^"]+)"/.exec(String(parameters.QueryString));
  const [, ...named] = statement ?? [undefined, parameters.CatalogName, parameters.DatabaseName, parameters.TableName];
  return named.map(String) as [string, string, string];
}

/**
 * What Athena asks for its caller: https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html,
 * https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html. What it does with other services carries its name in aws:CalledVia.
 */
export function athenaNeeds(request: RecordedRequest, { partition, accountId, trailOwner, buckets }: Where): Need[] {
  const { trail = "trail/AWSLogs", results: resultBucket = "aws-athena-query-results-local" } = buckets ?? {};
  const { operation, parameters, region } = request;
  const athena = (resource: string) => `arn:${partition}:athena:${region}:${accountId}:${resource}`;
  const workGroup = athena(`workgroup/${parameters.WorkGroup ?? "primary"}`);
  if (!/^(GetTableMetadata|StartQueryExecution)$/.test(operation)) {
    const results = `arn:${partition}:s3:::${resultBucket}`;
    return [
      ...by(`athena:${operation}`, [workGroup]),
      ...(operation === "GetQueryResults" ? by("s3:GetObject", [`${results}/id.csv`]) : []),
    ];
  }
  const [catalog, database, table] = tableOf(request);
  const glue = (resource: string) => `arn:${partition}:glue:${region}:${accountId}:${resource}`;
  const places = [glue("catalog"), glue(`database/${database}`), glue(`table/${database}/${table}`)];
  const viaAthena = { "aws:CalledVia": "athena.amazonaws.com" };
  const ofTable = [...by("glue:GetTable", places, viaAthena), ...by("glue:GetDatabase", places.slice(0, 2), viaAthena)];
  if (operation === "GetTableMetadata")
    return [...by("athena:GetTableMetadata", [athena(`datacatalog/${catalog}`)]), ...ofTable];
  const logs = `arn:${partition}:s3:::${trail.split("/")[0]}`;
  const files = `arn:${partition}:s3:::${trail}/o-a1b2c3d4e5/${trailOwner ?? accountId}/CloudTrail/eu-west-1/2026/11/20`;
  const results = `arn:${partition}:s3:::${resultBucket}`;
  return [
    ...by("athena:StartQueryExecution", [workGroup]),
    ...ofTable,
    ...by("glue:GetPartitions", places, viaAthena),
    ...["s3:GetBucketLocation", "s3:ListBucket"].flatMap((action) => by(action, [logs], viaAthena)),
    ...by("s3:GetObject", [`${files}/x.json.gz`], viaAthena),
    ...by("s3:GetBucketLocation", [results], viaAthena),
    ...["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"].flatMap((action) =>
      by(action, [`${results}/id.csv`], viaAthena),
    ),
  ];
}
