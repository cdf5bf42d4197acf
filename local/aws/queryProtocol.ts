import { randomUUID } from "node:crypto";
import { type Answer, type AwsError, type Call, type Handler, notImplemented } from "./call";
import { element, xmlAnswer } from "./xml";

/** Carries one operation out: its parameters in, the content of `<…Result>` out. */
export type QueryOperation = (parameters: URLSearchParams, call: Call) => string;

/** A service that speaks AWS Query: parameters as a form, answers as XML. */
export function queryService(
  service: string,
  namespace: string,
  operations: Readonly<Record<string, QueryOperation>>,
): Handler {
  return (call) => {
    const { operation, body } = call;
    const carryOut = operations[operation];
    if (!carryOut) throw notImplemented(service, operation);
    const result = carryOut(formOf(body), call);
    const metadata = `<ResponseMetadata>${element("RequestId", randomUUID())}</ResponseMetadata>`;
    return xmlAnswer(
      200,
      `<${operation}Response xmlns="${namespace}"><${operation}Result>${result}</${operation}Result>${metadata}</${operation}Response>`,
    );
  };
}

export function formOf(body: Buffer): URLSearchParams {
  return new URLSearchParams(body.toString("utf8"));
}

export function queryError(error: AwsError): Answer {
  const type = element("Type", error.status < 500 ? "Sender" : "Receiver");
  const shape = type + element("Code", error.code) + element("Message", error.message);
  return xmlAnswer(error.status, `<ErrorResponse><Error>${shape}</Error></ErrorResponse>`);
}
