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

/** As in the service model. */
const APPLICATION_ARN = /^arn:[a-z0-9-]+:account-access:[a-z0-9]+(-[a-z0-9]+)*:[0-9]{12}:application\/[a-zA-Z0-9-]+$/;
const ROLE_ARN = /^arn:[a-z0-9-]+:iam::[0-9]{12}:role\/([a-zA-Z0-9+=,.@_-]+\/)*[a-zA-Z0-9+=,.@_-]+$/;
const PRINCIPAL_ID = /^([0-9a-f]{10}-|)[A-Fa-f0-9]{8}(-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}$/;
const ACCOUNT = /^[0-9]{12}$/;

/**
 * Account access manager. As its service model has it, and stricter: a member that the model does not have is refused, and a filter without
 * criteria, of which AWS does not say what it lists. `tests/local/accountAccessModel.test.ts` holds it against the model.
 */
export function accountAccess(organisation: Organisation): Handler {
  const { header, haveOwnRegions, accessApplications, accessEntitlements } = organisation;

  const applications = (call: Call, input: Input): Item => {
    only(input, "", ["maxResults", "nextToken"]);
    return pageOf(call, input, "applications", "", accessApplications);
  };

  const entitlements = (call: Call, input: Input): Item => {
    only(input, "", ["applicationArn", "filter", "maxResults", "nextToken"]);
    const arn = textOf(input.applicationArn, "applicationArn", APPLICATION_ARN, 49, 2048);
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
  const token = input.nextToken ?? undefined;
  if (token !== undefined) textOf(token, "nextToken", /^/);
  const asked = { MaxResults: input.maxResults, NextToken: token };
  const { items, NextToken } = page(call, asked, listing, all, paging);
  return { [member]: items, ...(NextToken !== undefined && { nextToken: NextToken }) };
}

/** `{ principalRole: { account?, roleArn?, principal?: { identityCenter: { userId | groupId } } } }`: all criteria must match. */
function filterOf(filter: unknown): (entitlement: unknown) => boolean {
  const place = "filter.principalRole";
  const criteria = structure(structure(filter, "filter", ["principalRole"]).principalRole, place, [
    "account",
    "roleArn",
    "principal",
  ]);
  const wanted: Record<string, string> = {};
  if (criteria.account !== undefined) wanted.account = textOf(criteria.account, `${place}.account`, ACCOUNT);
  if (criteria.roleArn !== undefined) wanted.roleArn = textOf(criteria.roleArn, `${place}.roleArn`, ROLE_ARN);
  if (criteria.principal !== undefined) {
    const center = union(criteria.principal, `${place}.principal`, ["identityCenter"]).identityCenter;
    const identity = union(center, `${place}.principal.identityCenter`, ["userId", "groupId"]);
    for (const [kind, id] of Object.entries(identity)) {
      wanted[kind] = textOf(id, `${place}.principal.identityCenter.${kind}`, PRINCIPAL_ID, 1, 47);
    }
  }
  if (Object.keys(wanted).length === 0) throw invalid(violation(place, undefined, "Member must have a criterion"));
  return (entitlement) => {
    const role = (entitlement as { principalRole?: Item }).principalRole;
    const principal = role?.principal as { identityCenter?: Item } | undefined;
    const found: Item = { account: role?.account, roleArn: role?.roleArn, ...principal?.identityCenter };
    return Object.entries(wanted).every(([name, value]) => found[name] === value);
  };
}

function textOf(value: unknown, place: string, pattern: RegExp, min = 0, max = Number.POSITIVE_INFINITY): string {
  if (typeof value === "string" && pattern.test(value) && value.length >= min && value.length <= max) return value;
  throw invalid(violation(place, value, `Member must satisfy regular expression pattern: ${pattern.source}`));
}

function structure(value: unknown, place: string, members: readonly string[]): Item {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject) throw invalid(violation(place, undefined, "Member must be a structure"));
  only(value as Input, place, members);
  return value as Item;
}

/** A structure with exactly one of these members. */
function union(value: unknown, place: string, members: readonly string[]): Item {
  const found = structure(value, place, members);
  if (Object.keys(found).length !== 1)
    throw invalid(violation(place, Object.keys(found), `Member must have one of ${members}`));
  return found;
}

function only(input: Input, place: string, members: readonly string[]): void {
  const other = Object.keys(input).find((name) => !members.includes(name));
  if (other !== undefined)
    throw invalid(violation([place, other].filter(Boolean).join("."), other, "Member is not known"));
}
