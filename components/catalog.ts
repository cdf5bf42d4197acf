import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { REPORT_PREFIX } from "../handlers/bucket/bucket";
import { type ColumnKind, MACHINE_COLUMNS } from "../handlers/files/files";
import type { ReportBucket } from "./reportBucket";

export interface CatalogArgs {
  readonly bucket: ReportBucket;
  /** Tells reports of one account apart. */
  readonly reportName: string;
}

const catalogTableName = "report_rows";

/**
 * Times are texts in ISO 8601, because AWS does not say that the SerDe reads a `T` and a `Z`; they sort as they are, and
 * `from_iso8601_timestamp` reads them.
 */
const glueTypes: Readonly<Record<ColumnKind, string>> = {
  text: "string",
  word: "string",
  instant: "string",
  count: "int",
  flag: "boolean",
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
  const location = pulumi.interpolate`s3://${bucket.name}/${REPORT_PREFIX}rows/`;
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
        columns: MACHINE_COLUMNS.map(({ name, kind }) => ({ name: name.toLowerCase(), type: glueTypes[kind] })),
      },
    },
    { parent: database },
  );
}
