import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { createCaller } from "../../handlers/aws/aws";
import { createS3Work } from "../../handlers/bucket/bucket";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { workStoreSuite } from "../suites/workStore";
import { organisationOf } from "../support/organisation";

const Bucket = "reports";
const FOLDER = "credential_reports/work/run-1/";
const ending = new AbortController();
const call = createCaller({ requestsPerSecond: 10_000, signal: ending.signal });
let localAws: LocalAws;
let s3: S3Client;

beforeAll(async () => {
  localAws = await startLocalAws({ organisation: organisationOf({}), rate: 1000, missingKeyIs403: true });
  const credentials = { accessKeyId: "local", secretAccessKey: "x" };
  s3 = new S3Client({ endpoint: localAws.url, region: "eu-west-1", forcePathStyle: true, credentials, maxAttempts: 1 });
});

afterAll(async () => {
  s3.destroy();
  await localAws.close();
});

workStoreSuite("in the bucket", async () => {
  localAws.reset();
  localAws.buckets.clear();
  await s3.send(new CreateBucketCommand({ Bucket }));
  return {
    store: createS3Work(s3, Bucket, FOLDER, call),
    other: createS3Work(s3, Bucket, FOLDER, call),
    names: () => [...localAws.buckets.get(Bucket)!.objects.keys()].map((key) => key.slice(FOLDER.length)),
    loseAnswer: () => localAws.inject([{ operation: "s3:PutObject", kind: "dropAfter", at: 1 }]),
  };
});
