import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { ACCOUNT_ACCESS } from "../../cli/check/accountAccessShapes";
import { LIST, STRUCTURE, UNION } from "../../cli/check/schemaKinds";
import {
  type AccountAccessClient,
  createAccountAccess,
  listAccessApplications,
  listAccountEntitlements,
} from "../../handlers/aws/aws";
import { type LocalAws, startLocalAws } from "../../local/aws";
import {
  accessApplication,
  accountId,
  entitlement,
  groupId,
  oneGrant,
  organisationOf,
  userId,
} from "../support/organisation";

// The local AWS, the program's own client and what `check` knows of the answers, held against AWS's service model of account-access.

interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly union?: boolean;
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
  readonly error?: { readonly httpStatusCode: number };
}
interface Model {
  readonly metadata: { readonly signingName: string; readonly serviceId: string };
  readonly endpoints: readonly string[];
  readonly operations: Readonly<
    Record<
      string,
      { http: { method: string; requestUri: string; responseCode: number } } & Record<
        "input" | "output",
        { shape: string }
      > & { errors: { shape: string }[] }
    >
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
}
const model: Model = JSON.parse(readFileSync(join(__dirname, "../fixtures/account-access-model.json"), "utf8"));
const shapeOf = (name: string) => model.shapes[name]!;

/** What is wrong with a value by the model; nothing where it fulfils it. Members that the model does not have are wrong, too. */
function problems(name: string, value: unknown, place = ""): string[] {
  const { type, required = [], members = {}, member, union, pattern, min, max } = shapeOf(name);
  const wrong = (what: string) => [`${place || name}: ${what}`];
  if (type === "structure") {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong("no structure");
    const names = Object.keys(value);
    const found = names.flatMap((key) =>
      members[key] === undefined
        ? wrong(`unknown member ${key}`)
        : problems(members[key].shape, (value as Record<string, unknown>)[key], `${place}.${key}`),
    );
    for (const key of required) if (!names.includes(key)) found.push(...wrong(`no ${key}`));
    if (union && names.length !== 1) found.push(...wrong(`a union with ${names.length} members`));
    return found;
  }
  if (type === "list") {
    if (!Array.isArray(value)) return wrong("no list");
    return value.flatMap((item, index) => problems(member!.shape, item, `${place}[${index}]`));
  }
  if (type === "timestamp") {
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(String(value)) ? [] : wrong("no ISO 8601 instant");
  }
  if (type === "integer") {
    return Number.isInteger(value) && Number(value) >= min! && Number(value) <= max! ? [] : wrong("no such integer");
  }
  if (typeof value !== "string") return wrong("no text");
  if (pattern !== undefined && !new RegExp(`^(${pattern})$`).test(value)) return wrong("not of the pattern");
  return value.length < (min ?? 0) || value.length > (max ?? Number.POSITIVE_INFINITY)
    ? wrong("too short or long")
    : [];
}

/** Values like this one that do not fulfil the model, each in one respect. */
function* broken(name: string, value: unknown): Generator<[what: string, value: unknown]> {
  const { type, required = [], members = {}, union, pattern, min, max } = shapeOf(name);
  if (type === "structure") {
    const given = value as Record<string, unknown>;
    for (const key of required) yield [`no ${key}`, without(given, key)];
    if (union) {
      yield ["a union without a member", {}];
      const other = Object.keys(members).find((key) => given[key] === undefined);
      if (other !== undefined) yield ["a union with two", { ...given, [other]: Object.values(given)[0] }];
    }
    yield ["a text for a structure", "text"];
    yield ["a list for a structure", [value]];
    for (const [key, inner] of Object.entries(given)) {
      for (const [what, worse] of broken(members[key]!.shape, inner))
        yield [`${key}: ${what}`, { ...given, [key]: worse }];
    }
  } else if (type === "integer") {
    yield* [min! - 1, max! + 1, 1.5, "10"].map((worse): [string, unknown] => [JSON.stringify(worse), worse]);
  } else {
    yield ["a number for a text", 7];
    const text = String(value);
    if (max !== undefined) yield ["a text that is too long", text + "0".repeat(max)];
    if (min !== undefined) yield ["a text that is too short", text.slice(0, min - 1)];
    if (pattern !== undefined)
      for (const worse of [`${text}?`, `?${text}`, `${text}\n`, ""]) yield [JSON.stringify(worse), worse];
  }
}

const without = (value: Record<string, unknown>, key: string) =>
  Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));

const { applicationArn } = accessApplication(0);
const roleArn = `arn:aws:iam::${accountId(0)}:role/teams/Operator`;
const byUser = { identityCenter: { userId: userId(0) } };
const byGroup = { identityCenter: { groupId: groupId(0) } };
const filters: object[] = [
  { account: accountId(0) },
  { roleArn },
  { principal: byUser },
  { principal: byGroup },
  { account: accountId(0), roleArn, principal: byUser },
];
/** Inputs that fulfil the model. */
const inputs: [operation: string, input: object][] = [
  ["ListApplications", {}],
  ["ListApplications", { maxResults: 100 }],
  ...filters.map((principalRole): [string, object] => [
    "ListEntitlements",
    { applicationArn, filter: { principalRole }, maxResults: 1 },
  ]),
];

const given = [
  entitlement(0, "teams/Operator", { userId: userId(0) }),
  entitlement(0, "teams/Operator", { groupId: groupId(0) }),
  entitlement(0, "Other", { userId: userId(1) }),
  entitlement(1, "teams/Operator", { userId: userId(0) }),
];

let aws: LocalAws;
let client: AccountAccessClient;
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" };
beforeAll(async () => {
  aws = await startLocalAws({
    throttle: false,
    organisation: organisationOf({
      ...oneGrant,
      OwnerAccountId: "111122223333",
      AccountAccessApplications: [{ ...accessApplication(0), tenantId: "tenant" }, accessApplication(1)],
      AccountAccessEntitlements: given,
    }),
  });
  client = createAccountAccess(new SSOAdminClient({ endpoint: aws.url, region: "eu-west-1", credentials }));
});
afterAll(() => aws.close());
afterEach(() => aws.inject([]));

/** The answer as it came, or the error's name and status. */
async function send(operation: string, input: unknown) {
  const { http } = model.operations[operation]!;
  const answerOf = (body: object) => body as Record<string, unknown>;
  const command = {
    schema: [0, "", operation] as [number, string, string],
    path: http.requestUri,
    input: input as never,
    answerOf,
  };
  return client
    .send(command, { abortSignal: new AbortController().signal })
    .catch((error) => ({ error: error.name, status: error.$metadata.httpStatusCode }));
}

test.each(inputs)("%s %j is answered as the model says, page by page", async (operation, input) => {
  const { input: asked, output } = model.operations[operation]!;
  expect(problems(asked.shape, input)).toEqual([]);
  let items = 0;
  let nextToken: unknown;
  do {
    const answer = await send(operation, { ...input, ...(nextToken !== undefined && { nextToken }) });
    expect(problems(output.shape, answer)).toEqual([]);
    items += (Object.values(answer).find(Array.isArray) as unknown[]).length;
    nextToken = (answer as { nextToken?: unknown }).nextToken;
  } while (nextToken !== undefined);
  const entitlements = given.filter(({ entitlement: { principalRole } }) => matches(input, principalRole));
  expect(items).toBe(operation === "ListApplications" ? 2 : entitlements.length);
  expect(items).toBeGreaterThan(0);
});

/** All criteria of the filter. */
function matches(input: object, of: Record<string, unknown>): boolean {
  const { filter } = input as { filter?: { principalRole: Record<string, unknown> } };
  return Object.entries(filter?.principalRole ?? {}).every(
    ([name, wanted]) => JSON.stringify(of[name]) === JSON.stringify(wanted),
  );
}

test("refuses each input that the model refuses, with an error of the operation", async () => {
  let refused = 0;
  for (const [operation, input] of inputs) {
    const { input: asked, errors } = model.operations[operation]!;
    for (const [what, worse] of broken(asked.shape, input)) {
      if (typeof worse !== "object" || Array.isArray(worse)) continue; // that is no request
      expect({ what, problems: problems(asked.shape, worse).length > 0 }).toEqual({ what, problems: true });
      const answer = await send(operation, worse);
      expect({ operation, what, ...answer }).toEqual({ operation, what, error: "ValidationException", status: 400 });
      refused++;
    }
    expect(errors.map(({ shape }) => shape)).toContain("ValidationException");
  }
  expect(refused).toBeGreaterThan(90);
});

test.each<[what: string, operation: string, input: object]>([
  ["a filter without criteria", "ListEntitlements", { applicationArn, filter: {} }],
  ["criteria that are empty", "ListEntitlements", { applicationArn, filter: { principalRole: {} } }],
  ["a member that the model does not have", "ListApplications", { MaxResults: 10 }],
])("is stricter than the model: refuses %s", async (_, operation, input) => {
  expect(await send(operation, input)).toEqual({ error: "ValidationException", status: 400 });
});

test.each<[error: string, fault: string | null, input: object]>([
  ["AccessDeniedException", "accessDenied", {}],
  ["ThrottlingException", "throttle", {}],
  ["InternalServerException", "internalError", {}],
  ["ResourceNotFoundException", null, { applicationArn: `${applicationArn}0` }],
])("%s has the model's status, and is one of the operation's", async (error, fault, input) => {
  if (fault !== null) aws.inject([{ operation: "account-access:*", kind: fault as never }]);
  const answer = await send("ListEntitlements", { applicationArn, filter: { principalRole: filters[0] }, ...input });
  expect(answer).toEqual({ error, status: shapeOf(error).error!.httpStatusCode });
  expect(model.operations.ListEntitlements!.errors).toContainEqual({ shape: error });
});

test("the program's client asks as the model says", () => {
  const of = (
    operation: string,
    { path, schema, input }: { path: string; schema: readonly unknown[]; input: object },
  ) => {
    const { http, input: asked } = model.operations[operation]!;
    expect([path, schema[2], http.method, http.responseCode]).toEqual([http.requestUri, operation, "POST", 200]);
    expect(problems(asked.shape, input)).toEqual([]);
  };
  for (const token of [undefined, "token"]) {
    of("ListApplications", listAccessApplications(token));
    of("ListEntitlements", listAccountEntitlements(applicationArn, accountId(0), token));
  }
  // `tests/local/accountAccess.test.ts` shows that these are what is signed, and where it goes.
  expect(model.metadata.signingName).toBe("account-access");
  expect(model.endpoints).toContain("https://account-access.{Region}.{PartitionResult#dualStackDnsSuffix}");
});

test("what `check` compares answers with has the model's members", () => {
  type Known = readonly [number, string, string, number, unknown, (readonly unknown[])?];
  const asKnown = (name: string): unknown => {
    const { type, members = {}, member, union } = shapeOf(name);
    if (type === "list") return [LIST, asKnown(member!.shape)];
    if (type !== "structure") return 0;
    const inner = Object.entries(members).map(([key, { shape }]) => [key, asKnown(shape)] as const);
    return [union ? UNION : STRUCTURE, Object.fromEntries(inner)];
  };
  const known = (schema: unknown): unknown => {
    if (!Array.isArray(schema)) return 0;
    const [kind, , , , inner, values = []] = schema as unknown as Known;
    if (kind === LIST) return [kind, known(inner)];
    return [kind, Object.fromEntries((inner as string[]).map((key, index) => [key, known(values[index])]))];
  };
  for (const [operation, { output }] of Object.entries(model.operations)) {
    expect(known(ACCOUNT_ACCESS[`account-access:${operation}`])).toEqual(asKnown(output.shape));
  }
});
