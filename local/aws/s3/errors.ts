import { type Answer, AwsError, type Call } from "../call";
import { element, xmlAnswer } from "../xml";

export const noSuchBucket = (bucket: string) =>
  new AwsError("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName: bucket });
export const noSuchKey = (key: string) =>
  new AwsError("NoSuchKey", "The specified key does not exist.", 404, { Key: key });
export const noSuchUpload = (uploadId: string) =>
  new AwsError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    404,
    { UploadId: uploadId },
  );
export const preconditionFailed = (condition: string) =>
  new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412, {
    Condition: condition,
  });
export const invalidArgument = (message: string, name: string, value: string) =>
  new AwsError("InvalidArgument", message, 400, { ArgumentName: name, ArgumentValue: value });
export const invalidPart = (message?: string) =>
  new AwsError(
    "InvalidPart",
    message ??
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  );
/** Us-east-1's endpoint, which is S3's first, hands the call on to the bucket's Region, where its signature is not right. */
export const elsewhere = (bucket: string, itsRegion: string, region: string) =>
  region === "us-east-1"
    ? new AwsError(
        "AuthorizationHeaderMalformed",
        `The authorization header is malformed; the region '${region}' is wrong; expecting '${itsRegion}'`,
        400,
        { Region: itsRegion },
      )
    : new AwsError(
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
        301,
        { Endpoint: `s3.${itsRegion}.amazonaws.com`, Bucket: bucket },
      );
export const accessDenied = () => new AwsError("AccessDenied", "Access Denied", 403);

export function s3Error({ method, path }: Call, error: AwsError): Answer {
  const members = Object.entries({ ...error.members, Resource: path, RequestId: "local", HostId: "local" });
  const inside =
    element("Code", error.code) +
    element("Message", error.message) +
    members.map(([name, value]) => element(name, String(value))).join("");
  const plain = xmlAnswer(error.status, `<Error>${inside}</Error>`);
  const [, itsRegion] = /^s3\.(.+)\.amazonaws\.com$/.exec(String(error.members.Endpoint)) ?? [];
  const answer = itsRegion ? { ...plain, headers: { ...plain.headers, "x-amz-bucket-region": itsRegion } } : plain;
  return method === "HEAD" ? { ...answer, body: [] } : answer;
}
