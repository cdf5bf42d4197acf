import { type Answer, AwsError, type Call, type Handler, notImplemented } from "../call";
import { requireBucket, type S3Buckets } from "./buckets";
import { accessDenied } from "./errors";
import { copyObject, deleteObject, getObject, listObjects, putObject } from "./objects";
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from "./uploads";

export type { S3Buckets };

/** `s3:prefix`, to which the right to list is limited. */
const DECISIONS = "credential_reports/decisions/";

type Operation = (buckets: S3Buckets, call: Call) => Answer;

/** S3 with path-style requests, in memory; versions, ACLs and bucket policies are not modelled. */
export function createS3(lacksListBucket: (accessKeyId: string) => boolean): { handler: Handler; buckets: S3Buckets } {
  const buckets: S3Buckets = new Map();
  const get: Operation = (all, call) => getObject(all, call, lacksListBucket(call.accessKeyId));
  const operations: Readonly<Record<string, Operation>> = {
    CreateBucket: createBucket,
    HeadBucket: (all, call) => {
      requireBucket(all, call);
      return { status: 200, headers: { "x-amz-bucket-region": call.region }, body: [] };
    },
    DeleteBucket: deleteBucket,
    PutObject: putObject,
    CopyObject: copyObject,
    GetObject: get,
    HeadObject: get,
    ListObjectsV2: (all, call) => {
      // Who may list nothing else may list what people return: what the function's role has.
      if (lacksListBucket(call.accessKeyId) && call.query.get("prefix") !== DECISIONS) throw accessDenied();
      return listObjects(all, call);
    },
    DeleteObject: deleteObject,
    CreateMultipartUpload: createMultipartUpload,
    UploadPart: uploadPart,
    CompleteMultipartUpload: completeMultipartUpload,
    AbortMultipartUpload: abortMultipartUpload,
    ListMultipartUploads: listMultipartUploads,
    ListParts: listParts,
  };
  const handler: Handler = (call) => {
    const operation = operations[call.operation];
    if (!operation) throw notImplemented("s3", call.operation);
    return operation(buckets, call);
  };
  return { handler, buckets };
}

function createBucket(buckets: S3Buckets, { bucket = "" }: Call): Answer {
  if (!/^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new AwsError("InvalidBucketName", "The specified bucket is not valid.", 400, { BucketName: bucket });
  }
  if (buckets.has(bucket)) {
    throw new AwsError(
      "BucketAlreadyOwnedByYou",
      "Your previous request to create the named bucket succeeded and you already own it.",
      409,
    );
  }
  buckets.set(bucket, { objects: new Map(), uploads: new Map() });
  return { status: 200, headers: { location: `/${bucket}` }, body: [] };
}

function deleteBucket(buckets: S3Buckets, call: Call): Answer {
  if (requireBucket(buckets, call).objects.size > 0) {
    throw new AwsError(
      "BucketNotEmpty",
      "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
      409,
      {
        BucketName: call.bucket,
      },
    );
  }
  buckets.delete(call.bucket!);
  return { status: 204, headers: {}, body: [] };
}
