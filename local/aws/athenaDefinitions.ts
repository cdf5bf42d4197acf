export interface Column {
  readonly Name: string;
  readonly Type: string;
}

/** A table of Athena's over a trail's files. */
export interface AthenaTable {
  readonly catalog: string;
  readonly database: string;
  readonly name: string;
  readonly account: string;
  /** Any Region, where none is given. */
  readonly region: string | undefined;
  readonly columns: readonly Column[];
  /** The partition keys' names. */
  readonly keys: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  /** The partitions that were added, by their keys' values; where nothing is said, all that there are files for. */
  readonly partitions: readonly (readonly string[])[] | undefined;
  /** As GetTableMetadata answers. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The columns of the table that AWS documents for CloudTrail's files. */
const columns: readonly Column[] = [
  ["eventversion", "string"],
  [
    "useridentity",
    "struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,username:string," +
      "onbehalfof:struct<userid:string,identitystorearn:string>," +
      "sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>," +
      "sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>," +
      "ec2roledelivery:string,webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>>>",
  ],
  ...[
    "eventtime",
    "eventsource",
    "eventname",
    "awsregion",
    "sourceipaddress",
    "useragent",
    "errorcode",
    "errormessage",
  ].map(text),
  ...["requestparameters", "responseelements", "additionaleventdata", "requestid", "eventid", "readonly"].map(text),
  ["resources", "array<struct<arn:string,accountid:string,type:string>>"],
  ...["eventtype", "apiversion", "recipientaccountid", "serviceeventdetails", "sharedeventid", "vpcendpointid"].map(
    text,
  ),
  ...["vpcendpointaccountid", "eventcategory", "addendum", "sessioncredentialfromconsole", "edgedevicedetails"].map(
    text,
  ),
  ["tlsdetails", "struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>"],
].map(([Name = "", Type = ""]) => ({ Name, Type }));

function text(name: string): string[] {
  return [name, "string"];
}

/** Where a trail's files are. */
export interface TrailPlace {
  readonly bucket: string;
  readonly account: string;
  readonly region: string;
  /** `o-…`, of an organization's trail. */
  readonly organizationId?: string;
}

const partitionKeys = {
  projected: ["timestamp"],
  manual: ["region", "year", "month", "day"],
  organization: ["account", "region", "year", "month", "day"],
};

/**
 * One of `AthenaTables` of an organisation file, as the statements make it that AWS documents: of one account and Region with
 * projected partitions, of one account with added partitions, or of an organization with added partitions.
 *
 * @param name `database.table`
 * @param from the first day of the projection, `yyyy/MM/dd`
 */
export function cloudTrailTable(
  layout: keyof typeof partitionKeys,
  name: string,
  { bucket, account, region, organizationId }: TrailPlace,
  from = "2020/01/01",
) {
  const [DatabaseName = "", Name = ""] = name.split(".");
  const root = `s3://${bucket}/AWSLogs/${organizationId ? `${organizationId}/` : ""}`;
  const location = {
    projected: `${root}${account}/CloudTrail/${region}`,
    manual: `${root}${account}/`,
    organization: root,
  }[layout];
  const projection = layout === "projected" && {
    "projection.enabled": "true",
    "projection.timestamp.format": "yyyy/MM/dd",
    "projection.timestamp.interval": "1",
    "projection.timestamp.interval.unit": "DAYS",
    "projection.timestamp.range": `${from},NOW`,
    "projection.timestamp.type": "date",
    "storage.location.template": `${location}/\${timestamp}`,
  };
  return {
    CatalogName: "AwsDataCatalog",
    DatabaseName,
    TableMetadata: {
      Name,
      CreateTime: "2026-01-15T10:00:00Z",
      LastAccessTime: "1970-01-01T00:00:00Z",
      TableType: "EXTERNAL_TABLE",
      Columns: columns,
      PartitionKeys: partitionKeys[layout].map((key) => ({ Name: key, Type: "string" })),
      Parameters: {
        EXTERNAL: "TRUE",
        inputformat: "com.amazon.emr.cloudtrail.CloudTrailInputFormat",
        location,
        outputformat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "serde.param.serialization.format": "1",
        "serde.serialization.lib": "org.apache.hive.hcatalog.data.JsonSerDe",
        ...projection,
      },
    },
  };
}
