import type { IncomingHttpHeaders } from "node:http";

/** What S3's REST requests mean. A rule fits where its level, method and subresources are the request's. */
const rules: readonly (readonly [level: "bucket" | "key", method: string, subresources: string, operation: string])[] =
  [
    ["bucket", "PUT", "", "CreateBucket"],
    ["bucket", "HEAD", "", "HeadBucket"],
    ["bucket", "DELETE", "", "DeleteBucket"],
    ["bucket", "GET", "list-type", "ListObjectsV2"],
    ["bucket", "GET", "uploads", "ListMultipartUploads"],
    ["key", "PUT", "", "PutObject"],
    ["key", "GET", "", "GetObject"],
    ["key", "HEAD", "", "HeadObject"],
    ["key", "DELETE", "", "DeleteObject"],
    ["key", "POST", "uploads", "CreateMultipartUpload"],
    ["key", "PUT", "partNumber,uploadId", "UploadPart"],
    ["key", "POST", "uploadId", "CompleteMultipartUpload"],
    ["key", "DELETE", "uploadId", "AbortMultipartUpload"],
    ["key", "GET", "uploadId", "ListParts"],
  ];

/** Parameters that say how to list, sign or name an operation, not what the request is about. */
const plainParameters =
  /^(prefix|delimiter|max-keys|continuation-token|start-after|encoding-type|fetch-owner|max-uploads|key-marker|upload-id-marker|max-parts|part-number-marker|x-id|x-amz-.*)$/i;

/** The operation, bucket and key of a path-style request. What is none of the known operations is named by its method and path. */
export function operationOf(method: string, path: string, query: URLSearchParams, headers: IncomingHttpHeaders) {
  const [, bucketPart = "", keyPart = ""] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const bucket = decodeURIComponent(bucketPart);
  const key = decodeURIComponent(keyPart);
  const level = key === "" ? "bucket" : "key";
  const subresources = [...query.keys()].filter((name) => !plainParameters.test(name)).sort();
  const rule = rules.find(
    ([ruleLevel, ruleMethod, ruleSubresources]) =>
      ruleLevel === level && ruleMethod === method && ruleSubresources === subresources.join(","),
  );
  const isCopy = headers["x-amz-copy-source"] !== undefined;
  const unknown = `${method} /${bucket}${key && "/<key>"}${subresources.length > 0 ? `?${subresources.join("&")}` : ""}`;
  const operation = isCopy ? "CopyObject" : (bucket !== "" && rule?.[3]) || unknown;
  return { operation, bucket, key };
}
