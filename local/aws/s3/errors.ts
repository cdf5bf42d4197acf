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
export const accessDenied = () => new AwsError("AccessDenied", "Access Denied", 403);

export function s3Error({ method, path }: Call, error: AwsError): Answer {
  const members = Object.entries({ ...error.members, Resource: path, RequestId: "local", HostId: "local" });
  const inside =
    element("Code", error.code) +
    element("Message", error.message) +
    members.map(([name, value]) => element(name, String(value))).join("");
  const answer = xmlAnswer(error.status, `<Error>${inside}</Error>`);
  return method === "HEAD" ? { ...answer, body: [] } : answer;
}
