import { type Answer, AwsError, type Call, type Handler, notImplemented } from "./call";
import { type Input, parseInput, violation } from "./jsonProtocol";
import type { Organisation } from "./organisation";
import { type Paging, page } from "./paging";

type Item = Readonly<Record<string, unknown>>;

/** Its operations by their paths. */
const operations: Readonly<Record<string, string>> = {
  "/applications-list": "ListApplications",
  "/entitlements-list": "ListEntitlements",
};

/** rest-json names an operation by method and path alone. */
export function accountAccessOperation(method: string, path: string): string {
  return (method === "POST" ? operations[path] : undefined) ?? `${method} ${path}`;
}

/** Account access manager. As its service model has it, and stricter: an empty filter, of which AWS does not say what it lists, is refused. */
export function accountAccess(organisation: Organisation): Handler {
  const { header, haveOwnRegions, accessApplications, accessEntitlements } = organisation;

  const applications = (call: Call, input: Input): Item => {
    only(input, "", ["maxResults", "nextToken"]);
    return pageOf(call, input, "applications", "", accessApplications);
  };

  const entitlements = (call: Call, input: Input): Item => {
    only(input, "", ["applicationArn", "filter", "maxResults", "nextToken"]);
    const arn = input.applicationArn;
    if (typeof arn !== "string" || !/^arn:[\w-]+:account-access:[\w-]+:\d{12}:application\/.+$/.test(arn)) {
      throw invalid(violation("applicationArn", arn, "Member must be the ARN of an application"));
    }
    const matches = filterOf(input.filter);
    if (!accessApplications.some(({ applicationArn }) => applicationArn === arn)) {
      throw new AwsError("ResourceNotFoundException", `There is no application ${arn}.`, 404);
    }
    const found = accessEntitlements.filter(
      ({ applicationArn, entitlement }) => applicationArn === arn && matches(entitlement),
    );
    const listed = found.map(({ applicationArn: _, ...entitlement }) => entitlement);
    return pageOf(call, input, "entitlements", `${arn} ${JSON.stringify(input.filter)}`, listed);
  };

  return (call) => {
    const input = parseInput(call.body);
    // It is in the primary Region of the organization's instance.
    if (haveOwnRegions && call.region !== header.PrimaryRegion) {
      throw new AwsError("AccessDeniedException", "There is no instance of the organization in this Region.", 403);
    }
    if (call.operation === "ListApplications") return jsonAnswer(applications(call, input));
    if (call.operation === "ListEntitlements") return jsonAnswer(entitlements(call, input));
    throw notImplemented(call.service, call.operation);
  };
}

/** Errors as rest-json has them: the type in a header, `message` in the body. */
export function restJsonError(error: AwsError): Answer {
  const answer = jsonAnswer({ message: error.message, ...error.members }, error.status);
  return { ...answer, headers: { ...answer.headers, "x-amzn-errortype": error.code } };
}

function jsonAnswer(value: unknown, status = 200): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

const invalid = (message: string) => new AwsError("ValidationException", message);

const paging: Paging = {
  sizeMember: "MaxResults",
  maximum: 100,
  size: 100,
  invalidSize: invalid,
  invalidToken: invalid,
};

function pageOf(call: Call, input: Input, member: string, listing: string, all: readonly Item[]): Item {
  const asked = { MaxResults: input.maxResults, NextToken: input.nextToken };
  const { items, NextToken } = page(call, asked, listing, all, paging);
  return { [member]: items, ...(NextToken !== undefined && { nextToken: NextToken }) };
}

/** `{ principalRole: { account } }` or `{ principalRole: { principal: { identityCenter: { userId | groupId } } } }` */
function filterOf(filter: unknown): (entitlement: unknown) => boolean {
  const role = structure(structure(filter, "filter", ["principalRole"]).principalRole, "filter.principalRole", [
    "account",
    "principal",
  ]);
  const { account } = role;
  if (account !== undefined) {
    if (typeof account !== "string" || !/^\d{12}$/.test(account)) {
      throw invalid(violation("filter.principalRole.account", account, "Member must have 12 digits"));
    }
    return (entitlement) => (entitlement as { principalRole?: Item }).principalRole?.account === account;
  }
  const place = "filter.principalRole.principal";
  const principal = structure(structure(role.principal, place, ["identityCenter"]).identityCenter, place, [
    "userId",
    "groupId",
  ]);
  const wanted = JSON.stringify({ identityCenter: principal });
  return (entitlement) => JSON.stringify((entitlement as { principalRole?: Item }).principalRole?.principal) === wanted;
}

/** A structure with exactly one of these members, as the filter's all have. */
function structure(value: unknown, place: string, members: readonly string[]): Item {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject) throw invalid(violation(place, undefined, "Member must be a structure"));
  only(value as Input, place, members);
  if (Object.keys(value).length !== 1)
    throw invalid(violation(place, Object.keys(value), `Member must have one of ${members}`));
  return value as Item;
}

function only(input: Input, place: string, members: readonly string[]): void {
  const other = Object.keys(input).find((name) => !members.includes(name));
  if (other !== undefined)
    throw invalid(violation([place, other].filter(Boolean).join("."), other, "Member is not known"));
}
