import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ReportBucket, reportPrefix } from "./reportBucket";

export interface CatalogArgs {
  readonly bucket: ReportBucket;
  /** Tells reports of one account apart. */
  readonly reportName: string;
}

export const catalogTableName = "report_rows";

/**
 * What `rows.jsonl.gz` holds, as Athena sees it: names without capitals, since Athena has none. Times are texts in ISO 8601, because
 * AWS does not say that the SerDe reads a `T` and a `Z`; they sort as they are, and `from_iso8601_timestamp` reads them.
 */
const columns: Readonly<Record<string, "string" | "int" | "boolean">> = {
  runid: "string",
  reporttime: "string",
  lookbackdays: "int",
  account: "string",
  accountname: "string",
  accountstate: "string",
  permissionsetarn: "string",
  permissionsetname: "string",
  permissionsetdescription: "string",
  administrator: "boolean",
  type: "string",
  groupid: "string",
  groupname: "string",
  username: "string",
  userid: "string",
  userdisplayname: "string",
  useremail: "string",
  userstatus: "string",
  rowstatus: "string",
  usage: "string",
  membersince: "string",
  lastlogin: "string",
  lastconsolelogin: "string",
  lastprogrammaticlogin: "string",
  dayssincelastlogin: "int",
  loginsinwindow: "int",
};

/**
 * A database with one table over the rows of all published reports. Below `rows/dt=<day>/` each report has a text file with the
 * address of its rows, as S3 Inventory has them. Days follow from the query (partition projection), so nothing has to crawl. Who
 * queries it needs rights of their own: on the table, the bucket and Athena.
 */
export function catalog(name: string, { bucket, reportName }: CatalogArgs, parent: pulumi.Resource): void {
  const database = new aws.glue.CatalogDatabase(
    `${name}-catalog`,
    {
      // A name that SQL takes without quotes; the generated one has hyphens.
      name: reportName.toLowerCase().replace(/[^a-z0-9_]/g, "_"),
      description: "Reports of who can enter which AWS account through IAM Identity Center, and when they last did.",
    },
    { parent },
  );
  const location = pulumi.interpolate`s3://${bucket.name}/${reportPrefix}rows/`;
  new aws.glue.CatalogTable(
    `${name}-catalog-rows`,
    {
      name: catalogTableName,
      databaseName: database.name,
      description: "One row for each row of each report. dt is the day of the report, UTC.",
      tableType: "EXTERNAL_TABLE",
      partitionKeys: [{ name: "dt", type: "string" }],
      parameters: {
        EXTERNAL: "TRUE",
        "projection.enabled": "true",
        "projection.dt.type": "date",
        "projection.dt.format": "yyyy-MM-dd",
        "projection.dt.range": "2026-01-01,NOW",
        "projection.dt.interval": "1",
        "projection.dt.interval.unit": "DAYS",
        // Athena, not Pulumi, puts the day in.
        "storage.location.template": pulumi.concat(location, `dt=\${dt}/`),
      },
      storageDescriptor: {
        location,
        inputFormat: "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat",
        outputFormat: "org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat",
        serDeInfo: { serializationLibrary: "org.openx.data.jsonserde.JsonSerDe" },
        columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })),
      },
    },
    { parent: database },
  );
}
