import type { IncomingMessage } from "node:http";
import { accountAccessOperation } from "./accountAccess";
import { type Call, credentialScope } from "./call";
import type { Callers } from "./callers";
import type { Injector } from "./faults";
import { formOf } from "./queryProtocol";
import { operationOf } from "./s3/operation";

/** Services whose name in the credential scope is not their name in the SDK. */
const sdkNames: Readonly<Record<string, string>> = { sso: "sso-admin" };

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function readCall(request: IncomingMessage, body: Buffer, callers: Callers, faultsOf: Injector): Call {
  const { method = "GET", headers } = request;
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const { scopeName, region, accessKeyId } = credentialScope(headers, searchParams);
  const service = sdkNames[scopeName] ?? scopeName;
  const signed = { region, accessKeyId, caller: callers.callerOf(accessKeyId) };
  const base = { service, method, path: pathname, query: searchParams, headers, body, ...signed };
  const named: { operation: string; bucket?: string; key?: string } =
    service === "s3"
      ? operationOf(method, pathname, searchParams, headers)
      : service === "account-access"
        ? { operation: accountAccessOperation(method, pathname) }
        : { operation: namedOperation(base.method, pathname, body, headers["x-amz-target"]) };
  return { ...base, ...named, faults: faultsOf(`${service}:${named.operation}`, named.key, region) };
}

/** JSON protocols name the operation in a header, AWS Query in the form; REST services only by method and path. */
function namedOperation(method: string, path: string, body: Buffer, target: unknown): string {
  if (typeof target === "string") return target.split(".").at(-1) ?? target;
  return formOf(body).get("Action") ?? `${method} ${path}`;
}
