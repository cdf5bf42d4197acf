export { type Answer, AwsError, type Call, type Handler } from "./call";
export type { Fault, FaultKind } from "./faults";
export { type JsonOperation, jsonAnswer, jsonError, jsonService } from "./jsonProtocol";
export type { OrganisationFile, OrganisationHeader } from "./organisation";
export { OrganisationError } from "./organisationShapes";
export type { RecordedRequest, Statistics } from "./recorder";
export type { Bucket, S3Buckets, StoredObject, Upload } from "./s3/buckets";
export { type LocalAws, type LocalAwsOptions, startLocalAws } from "./server";
export type { Message } from "./sns";
