import { GetQueryResultsCommand, StartQueryCommand } from "@aws-sdk/client-cloudtrail";
import { ListUsersCommand } from "@aws-sdk/client-identitystore";
import { ListAccountsCommand } from "@aws-sdk/client-organizations";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { ListInstancesCommand, ListPermissionSetsCommand } from "@aws-sdk/client-sso-admin";
import type { Fault } from "../../local/aws";
import { createInjector } from "../../local/aws/faults";
import {
  endOf,
  failure,
  identityStoreId,
  instanceArn,
  many,
  organisation,
  permissionSetArn,
  rowsOf,
  start,
  stopAll,
  storeId,
} from "./support";

const Records = many(4, (index) => ({ eventTime: "2026-11-01T00:00:00Z", eventID: `${index}` }));
const PermissionSets = many(3, (index) => ({ PermissionSetArn: permissionSetArn(index), Name: `set-${index}` }));
let local: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  local = await start({ Records, PermissionSets });
  await local.s3.send(new CreateBucketCommand({ Bucket: "reports" }));
});
afterEach(() => local.aws.inject([]));
afterAll(stopAll);

const listInstances = () => local.sso.send(new ListInstancesCommand({}));
const put = () =>
  local.s3.send(new PutObjectCommand({ Bucket: "reports", Key: "k", Body: "a body", IfNoneMatch: "*" }));

test("answers are dated by the organisation's present, which goes on; `noDate` leaves their date out", async () => {
  const authorization = "AWS4-HMAC-SHA256 Credential=A/20261120/eu-west-1/sso/aws4_request, Signature=0";
  const headers = { authorization, "x-amz-target": "SWBExternalService.ListInstances" };
  const date = async () => (await fetch(local.aws.url, { method: "POST", headers, body: "{}" })).headers.get("date");
  const served = Date.parse("2026-11-20T09:00:00Z");
  expect(Date.parse((await date())!)).toBeGreaterThanOrEqual(served);
  expect(Date.parse((await date())!)).toBeLessThan(served + 3_600_000);

  await local.aws.serveOrganisation(organisation({ Now: "2027-01-01T00:00:00Z", Records, PermissionSets }));
  expect(await date()).toMatch(/^Fri, 01 Jan 2027 00:/);
  await local.aws.serveOrganisation(organisation({ Records, PermissionSets }));

  local.aws.inject([{ operation: "*", kind: "noDate" }]);
  expect(await date()).toBeNull();
});

describe("when a fault fires", () => {
  const firing = (fault: Fault, calls: number, seed = 1) => {
    const injector = createInjector([fault], seed);
    return many(calls, (index) => (injector(fault.operation).length > 0 ? index + 1 : 0)).filter((call) => call > 0);
  };

  test.each<[string, Partial<Fault>, number[]]>([
    ["always", {}, [1, 2, 3, 4, 5]],
    ["at one call", { at: 3 }, [3]],
    ["from a call on, several times", { at: 2, times: 2 }, [2, 3]],
    ["the first times", { times: 2 }, [1, 2]],
  ])("%s", (_, when, calls) => {
    expect(firing({ operation: "s3:PutObject", kind: "drop", ...when }, 5)).toEqual(calls);
  });

  test("at a rate, the same for the same seed", () => {
    const fault: Fault = { operation: "s3:PutObject", kind: "drop", rate: 0.1 };
    const calls = firing(fault, 10_000);
    expect(calls.length).toBeGreaterThan(900);
    expect(calls.length).toBeLessThan(1100);
    expect(firing(fault, 10_000)).toEqual(calls);
    expect(firing(fault, 10_000, 2)).not.toEqual(calls);
  });

  test("for its operation, its service, or everything", () => {
    const kinds = (operation: string) =>
      createInjector(
        [
          { operation: "s3:PutObject", kind: "drop" },
          { operation: "s3:*", kind: "slow" },
          { operation: "*", kind: "throttle" },
        ],
        1,
      )(operation).map(({ kind }) => kind);
    expect(kinds("s3:PutObject")).toEqual(["drop", "slow", "throttle"]);
    expect(kinds("s3:GetObject")).toEqual(["slow", "throttle"]);
    expect(kinds("s3x:PutObject")).toEqual(["throttle"]);
  });
});

describe("errors", () => {
  test.each<[Fault["kind"], string[], number[]]>([
    // sso-admin, identitystore, organizations, cloudtrail, s3
    [
      "throttle",
      ["ThrottlingException", "ThrottlingException", "TooManyRequestsException", "ThrottlingException", "SlowDown"],
      [400, 400, 400, 400, 503],
    ],
    [
      "internalError",
      ["InternalServerException", "InternalServerException", "ServiceException", "InternalFailure", "InternalError"],
      [500, 500, 500, 500, 500],
    ],
    ["unavailable", many(5, () => "ServiceUnavailable"), many(5, () => 503)],
    ["expiredToken", [...many(4, () => "ExpiredTokenException"), "ExpiredToken"], many(5, () => 400)],
    ["accessDenied", [...many(4, () => "AccessDeniedException"), "AccessDenied"], [400, 400, 400, 400, 403]],
  ])("%s has each service's own name", async (kind, names, statuses) => {
    local.aws.inject([{ operation: "*", kind }]);
    const errors = [
      await failure(listInstances()),
      await failure(local.store.send(new ListUsersCommand({ IdentityStoreId: identityStoreId }))),
      await failure(local.organizations.send(new ListAccountsCommand({}))),
      await failure(local.trail.send(new GetQueryResultsCommand({ QueryId: storeId }))),
      await failure(put()),
    ];
    expect(errors.map(({ name }) => name)).toEqual(names);
    expect(errors.map(({ status }) => status)).toEqual(statuses);
    if (kind === "accessDenied")
      expect(errors[0]?.message).toContain("is not authorized to perform: sso:ListInstances");
  });
});

test("a fault of one key leaves the others alone, and counts its own calls only", () => {
  const injector = createInjector([{ operation: "s3:GetObject", kind: "drop", key: "latest.json", at: 2 }], 1);
  const keys = ["reports/latest.json", "reports/running.json", "reports/running.json", "reports/latest.json"];
  expect(keys.map((key) => injector("s3:GetObject", key).length)).toEqual([0, 0, 0, 1]);
});

describe("connections", () => {
  beforeEach(() => local.aws.buckets.get("reports")?.objects.clear());
  const written = () => local.aws.buckets.get("reports")?.objects.has("k");

  test("drop: nothing was carried out", async () => {
    local.aws.inject([{ operation: "s3:PutObject", kind: "drop", at: 1 }]);
    expect((await failure(put())).status).toBeUndefined();
    expect(written()).toBe(false);
    await put();
  });

  test("dropAfter: the answer is lost, the object is there", async () => {
    local.aws.inject([{ operation: "s3:PutObject", kind: "dropAfter", at: 1 }]);
    expect((await failure(put())).status).toBeUndefined();
    expect(written()).toBe(true);
    expect((await failure(put())).name).toBe("PreconditionFailed");
  });

  test("truncate: the answer ends in its middle", async () => {
    await put();
    local.aws.inject([
      { operation: "s3:GetObject", kind: "truncate" },
      { operation: "sso-admin:*", kind: "truncate" },
    ]);
    const object = await local.s3.send(new GetObjectCommand({ Bucket: "reports", Key: "k" }));
    await expect(object.Body!.transformToString()).rejects.toThrow();
    await failure(listInstances());
  });

  test("slow: the answer comes late", async () => {
    local.aws.inject([{ operation: "sso-admin:ListInstances", kind: "slow", ms: 150 }]);
    const before = performance.now();
    await listInstances();
    expect(performance.now() - before).toBeGreaterThan(140);
  });
});

test("emptyPage: an empty page whose token leads to the real one", async () => {
  const list = (NextToken?: string) =>
    local.sso.send(new ListPermissionSetsCommand({ InstanceArn: instanceArn, MaxResults: 2, NextToken }));
  local.aws.inject([
    { operation: "sso-admin:ListPermissionSets", kind: "emptyPage", at: 1 },
    { operation: "sso-admin:ListPermissionSets", kind: "emptyPage", at: 3 },
  ]);
  const sizes: (number | undefined)[] = [];
  const found: string[] = [];
  let token: string | undefined;
  do {
    const page = await list(token);
    sizes.push(page.PermissionSets?.length);
    found.push(...(page.PermissionSets ?? []));
    token = page.NextToken;
  } while (token);
  expect(sizes).toEqual([0, 2, 0, 1]);
  expect(found).toEqual(many(3, permissionSetArn));
});

describe("queries", () => {
  const query = async (kind: Fault["kind"], more: Partial<Fault> = {}) => {
    local.aws.inject([{ operation: "cloudtrail:StartQuery", kind, ...more }]);
    const QueryStatement = `SELECT eventID FROM ${storeId} ORDER BY eventID`;
    return (await local.trail.send(new StartQueryCommand({ QueryStatement }))).QueryId;
  };

  test.each([
    ["queryFailed", "FAILED", 0],
    ["queryCancelled", "CANCELLED", 0],
    ["queryTimedOut", "TIMED_OUT", 2],
  ] as const)("%s ends as %s with %d of 4 rows", async (kind, status, rows) => {
    const results = await endOf(local.trail, await query(kind));
    expect(results.QueryStatus).toBe(status);
    expect(results.ErrorMessage).toMatch(/^Query .+\.$/);
    expect(results.QueryResultRows).toHaveLength(rows);
  });

  test("queryDuplicates delivers every row twice", async () => {
    const results = await endOf(local.trail, await query("queryDuplicates"));
    expect(rowsOf(results).map(({ eventID }) => eventID)).toEqual(["0", "0", "1", "1", "2", "2", "3", "3"]);
    expect(results.QueryStatistics?.TotalResultsCount).toBe(4);
  });

  test("queryQueued waits before it runs", async () => {
    const QueryId = await query("queryQueued", { ms: 600 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect((await local.trail.send(new GetQueryResultsCommand({ QueryId }))).QueryStatus).toBe("QUEUED");
    expect((await endOf(local.trail, QueryId)).QueryStatus).toBe("FINISHED");
  });
});

test("requests are kept on demand: what was asked, of what, under which conditions", async () => {
  const { aws, s3, sso } = await start({}, { record: true });
  await s3.send(new CreateBucketCommand({ Bucket: "reports" }));
  await s3.send(new PutObjectCommand({ Bucket: "reports", Key: "a/b c", Body: "x", IfNoneMatch: "*" }));
  await sso.send(new ListInstancesCommand({ MaxResults: 7 }));
  const { requests = [], bytesIn, bytesOut } = aws.stats();
  expect(requests.map(({ service, operation }) => `${service}:${operation}`)).toEqual([
    "s3:CreateBucket",
    "s3:PutObject",
    "sso-admin:ListInstances",
  ]);
  expect(requests[1]).toMatchObject({
    method: "PUT",
    bucket: "reports",
    key: "a/b c",
    headers: { "if-none-match": "*" },
    region: "us-east-1",
    accessKeyId: "local",
  });
  expect(requests[2]?.parameters).toEqual({ MaxResults: 7 });
  expect(Math.min(bytesIn, bytesOut)).toBeGreaterThan(10);
  expect(local.aws.stats().requests).toBeUndefined();
});

test("a service can be added", async () => {
  const answer = { status: 200, headers: {}, body: "pong" };
  local.aws.serve("ping", ({ service, operation, region }) => ({
    ...answer,
    headers: { who: `${service} ${operation} ${region}` },
  }));
  const authorization = "AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/ping/aws4_request";
  const response = await fetch(local.aws.url, {
    method: "POST",
    headers: { authorization, "x-amz-target": "Ping_2026.Send" },
  });
  expect([response.headers.get("who"), await response.text()]).toEqual(["ping Send eu-west-1", "pong"]);
});
