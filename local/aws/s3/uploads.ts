import { randomUUID } from "node:crypto";
import { type Answer, AwsError, type Call, notImplemented } from "../call";
import { element, elements, unescapeXml, xmlAnswer } from "../xml";
import { encryptionHeaders, objectHeaders, type Part, requireBucket, type S3Buckets, type Upload } from "./buckets";
import { invalidArgument, invalidPart, noSuchUpload } from "./errors";
import { compareBytes, namespace, requireCount, requirePreconditions, unquoted } from "./objects";
import { md5, readPayload } from "./payload";

const smallestPart = 5 * 1024 * 1024;

export function createMultipartUpload(buckets: S3Buckets, call: Call): Answer {
  const { uploads } = requireBucket(buckets, call);
  const id = randomUUID().replaceAll("-", "");
  const headers = objectHeaders(call);
  const checksumAlgorithm = call.headers["x-amz-checksum-algorithm"];
  uploads.set(id, {
    id,
    key: call.key!,
    initiated: new Date(),
    headers,
    checksumAlgorithm: checksumAlgorithm === undefined ? undefined : String(checksumAlgorithm).toUpperCase(),
    parts: new Map(),
  });
  const inside = element("Bucket", call.bucket) + element("Key", call.key) + element("UploadId", id);
  const answer = xmlAnswer(
    200,
    `<InitiateMultipartUploadResult xmlns="${namespace}">${inside}</InitiateMultipartUploadResult>`,
  );
  return { ...answer, headers: { ...answer.headers, ...encryptionHeaders(headers) } };
}

export function uploadPart(buckets: S3Buckets, call: Call): Answer {
  const upload = requireUpload(buckets, call);
  const partNumber = call.query.get("partNumber") ?? "";
  if (!/^\d{1,5}$/.test(partNumber) || Number(partNumber) < 1 || Number(partNumber) > 10_000) {
    throw invalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", partNumber);
  }
  const { body, checksums } = readPayload(call);
  const etag = `"${md5(body).toString("hex")}"`;
  upload.parts.set(Number(partNumber), { body, etag, checksums, lastModified: new Date() });
  return { status: 200, headers: { etag, ...checksums, ...encryptionHeaders(upload.headers) }, body: [] };
}

export function completeMultipartUpload(buckets: S3Buckets, call: Call): Answer {
  const { objects, uploads } = requireBucket(buckets, call);
  const upload = requireUpload(buckets, call);
  const parts = requireParts(upload, call.body.toString("utf8"));
  requirePreconditions({ objects, uploads }, call);
  const digests = Buffer.concat(parts.map(({ etag }) => Buffer.from(unquoted(etag), "hex")));
  const etag = `"${md5(digests).toString("hex")}-${parts.length}"`;
  const body = parts.map((part) => part.body);
  const size = body.reduce((sum, { length }) => sum + length, 0);
  objects.set(upload.key, { body, size, etag, lastModified: new Date(), headers: upload.headers, checksums: {} });
  uploads.delete(upload.id);
  const inside =
    element("Location", `http://${call.headers.host}/${call.bucket}/${upload.key}`) +
    element("Bucket", call.bucket) +
    element("Key", upload.key) +
    element("ETag", etag);
  const answer = xmlAnswer(
    200,
    `<CompleteMultipartUploadResult xmlns="${namespace}">${inside}</CompleteMultipartUploadResult>`,
  );
  return { ...answer, headers: { ...answer.headers, ...encryptionHeaders(upload.headers) } };
}

/** The parts that the completion names: in ascending order, uploaded as named, and none but the last too small. */
function requireParts(upload: Upload, xml: string): Part[] {
  const named = elements(xml, "Part");
  if (named.length === 0) {
    throw new AwsError(
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
    );
  }
  let before = 0;
  const parts = named.map((part) => {
    const number = Number(elements(part, "PartNumber")[0]);
    if (!(number > before)) {
      throw new AwsError(
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
      );
    }
    before = number;
    const uploaded = upload.parts.get(number);
    if (!uploaded || unquoted(unescapeXml(elements(part, "ETag")[0] ?? "")) !== unquoted(uploaded.etag))
      throw invalidPart();
    requirePartChecksum(upload, number, uploaded, part);
    return uploaded;
  });
  const tooSmall = parts.slice(0, -1).find(({ body }) => body.length < smallestPart);
  if (tooSmall) {
    throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400, {
      ProposedSize: tooSmall.body.length,
      MinSizeAllowed: smallestPart,
      ETag: unquoted(tooSmall.etag),
    });
  }
  return parts;
}

function requirePartChecksum({ checksumAlgorithm }: Upload, number: number, uploaded: Part, xml: string): void {
  if (!checksumAlgorithm) return;
  const sent = elements(xml, `Checksum${checksumAlgorithm}`)[0];
  if (sent === undefined) {
    throw new AwsError(
      "InvalidRequest",
      `The upload was created using a ${checksumAlgorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
    );
  }
  if (sent !== uploaded.checksums[`x-amz-checksum-${checksumAlgorithm.toLowerCase()}`]) throw invalidPart();
}

export function abortMultipartUpload(buckets: S3Buckets, call: Call): Answer {
  requireBucket(buckets, call).uploads.delete(requireUpload(buckets, call).id);
  return { status: 204, headers: {}, body: [] };
}

export function listMultipartUploads(buckets: S3Buckets, call: Call): Answer {
  const { uploads } = requireBucket(buckets, call);
  const { query } = call;
  for (const member of ["delimiter", "key-marker"]) {
    if (query.get(member)) throw notImplemented("s3", `ListMultipartUploads with ${member}`);
  }
  const prefix = query.get("prefix") ?? "";
  const maxUploads = requireCount(query, "max-uploads");
  const found = [...uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => compareBytes(a.key, b.key));
  if (found.length > maxUploads) throw notImplemented("s3", `ListMultipartUploads of more than ${maxUploads} uploads`);
  const listed = found.map(({ key, id, initiated }) => {
    const inside = element("Key", key) + element("UploadId", id) + element("Initiated", initiated.toISOString());
    return `<Upload>${inside}</Upload>`;
  });
  const inside =
    element("Bucket", call.bucket) +
    element("Prefix", prefix) +
    element("MaxUploads", maxUploads) +
    element("IsTruncated", false);
  return xmlAnswer(
    200,
    `<ListMultipartUploadsResult xmlns="${namespace}">${inside}${listed.join("")}</ListMultipartUploadsResult>`,
  );
}

export function listParts(buckets: S3Buckets, call: Call): Answer {
  const upload = requireUpload(buckets, call);
  const maxParts = requireCount(call.query, "max-parts");
  const marker = Number(call.query.get("part-number-marker") ?? 0);
  const after = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
  const shown = after.slice(0, maxParts);
  const isTruncated = shown.length < after.length;
  const listed = shown.map(([number, part]) => {
    const inside =
      element("PartNumber", number) +
      element("LastModified", part.lastModified.toISOString()) +
      element("ETag", part.etag) +
      element("Size", part.body.length);
    return `<Part>${inside}</Part>`;
  });
  const inside =
    element("Bucket", call.bucket) +
    element("Key", upload.key) +
    element("UploadId", upload.id) +
    element("MaxParts", maxParts) +
    element("IsTruncated", isTruncated) +
    element("NextPartNumberMarker", isTruncated ? shown.at(-1)?.[0] : undefined);
  return xmlAnswer(200, `<ListPartsResult xmlns="${namespace}">${inside}${listed.join("")}</ListPartsResult>`);
}

function requireUpload(buckets: S3Buckets, call: Call): Upload {
  const id = call.query.get("uploadId") ?? "";
  const upload = requireBucket(buckets, call).uploads.get(id);
  if (!upload || upload.key !== call.key) throw noSuchUpload(id);
  return upload;
}
