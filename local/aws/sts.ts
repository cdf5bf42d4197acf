import { type Answer, type AwsError, type Handler, notImplemented } from "./call";
import type { OrganisationHeader } from "./organisation";
import { element, xmlAnswer } from "./xml";

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

export function callerArn({ OwnerAccountId }: OrganisationHeader): string {
  return `arn:aws:iam::${OwnerAccountId}:user/local`;
}

/** STS speaks AWS Query: parameters as a form, answers as XML. */
export function sts(header: OrganisationHeader): Handler {
  return (call) => {
    if (call.operation !== "GetCallerIdentity") throw notImplemented("sts", call.operation);
    const identity =
      element("Arn", callerArn(header)) +
      element("UserId", call.accessKeyId) +
      element("Account", header.OwnerAccountId);
    return xmlAnswer(
      200,
      `<GetCallerIdentityResponse xmlns="${namespace}"><GetCallerIdentityResult>${identity}</GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
  };
}

export function queryError(error: AwsError): Answer {
  const type = element("Type", error.status < 500 ? "Sender" : "Receiver");
  const shape = type + element("Code", error.code) + element("Message", error.message);
  return xmlAnswer(error.status, `<ErrorResponse xmlns="${namespace}"><Error>${shape}</Error></ErrorResponse>`);
}
