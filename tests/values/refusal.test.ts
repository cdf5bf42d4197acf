import { isMissing, refusalOf } from "../../handlers/bucket/reading";

// What S3's answers mean, by its documented errors. That S3 gives them in these words is S3's.

const s3Error = (name: string, message: string) => Object.assign(new Error(message), { name });
const who = "User: arn:aws:iam::111122223333:user/a is not authorized to perform:";
const why = "because no identity-based policy allows the action";

test.each<[string, string, ReturnType<typeof refusalOf>]>([
  ["NoSuchKey", "The specified key does not exist.", "missing"],
  ["NotFound", "UnknownError", "missing"],
  ["AccessDenied", "Access Denied", "missing or refused"],
  ["AccessDenied", `${who} s3:ListBucket on resource: "arn:aws:s3:::b" ${why}`, "missing"],
  ["AccessDenied", `${who} s3:GetObject on resource: "arn:aws:s3:::b/k" ${why}`, "refused"],
  ["AccessDenied", `${who} kms:Decrypt on resource: arn:aws:kms:eu-west-1:1:key/k ${why}`, "refused"],
  ["KMS.DisabledException", "The key is disabled.", "refused"],
  ["InvalidObjectState", "The operation is not valid for the object's storage class", "refused"],
  ["NoSuchBucket", "The specified bucket does not exist", null],
  ["ExpiredToken", "The provided token has expired.", null],
  ["TimeoutError", "socket hang up", null],
])("%s: %s", (name, message, expected) => {
  expect(refusalOf(s3Error(name, message))).toBe(expected);
  // As a caller gives it: in its own words, with the answer as the cause.
  const said = name === "InvalidObjectState" || name.startsWith("KMS.") ? "AccessDenied" : name;
  const inOurWords = Object.assign(new Error("s3 GetObject …", { cause: s3Error(name, message) }), { name: said });
  expect(refusalOf(inOurWords)).toBe(expected);
  expect(isMissing(inOurWords)).toBe(expected === "missing" || expected === "missing or refused");
});
