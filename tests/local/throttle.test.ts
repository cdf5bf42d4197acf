import { DescribeQueryCommand, GetQueryResultsCommand, StartQueryCommand } from "@aws-sdk/client-cloudtrail";
import { ListGroupsCommand, ListUsersCommand } from "@aws-sdk/client-identitystore";
import { ListAccountsCommand } from "@aws-sdk/client-organizations";
import { ListInstancesCommand, ListPermissionSetsCommand } from "@aws-sdk/client-sso-admin";
import { createThrottle } from "../../local/aws/throttle";
import { failure, identityStoreId, instanceArn, many, start, stopAll, storeId } from "./support";

afterAll(stopAll);

describe("quotas", () => {
  /** How many of `count` calls pass at once, and how many more after each further second. */
  const passing = (service: string, operations: string[], rate = 1) => {
    let time = 0;
    const throttle = createThrottle(rate, () => time);
    return [0, 1000, 2000].map((at) => {
      time = at;
      return many(500, (index) => throttle(service, operations[index % operations.length]!)).filter(Boolean).length;
    });
  };

  test.each([
    ["sso-admin", ["ListPermissionSets", "DescribePermissionSet", "ListInstances"], [20, 20, 20]],
    ["identitystore", ["ListUsers"], [20, 20, 20]],
    ["identitystore", ["ListUsers", "ListGroups"], [40, 40, 40]],
    ["organizations", ["ListAccounts"], [12, 8, 8]],
    ["cloudtrail", ["StartQuery"], [3, 3, 3]],
    ["cloudtrail", ["GetQueryResults", "DescribeQuery"], [20, 20, 20]],
    ["s3", ["PutObject"], [500, 500, 500]],
  ])("%s %j passes %j a second", (service, operations, expected) => {
    expect(passing(service, operations)).toEqual(expected);
  });

  test("grow with the rate", () => {
    expect(passing("organizations", ["ListAccounts"], 10)).toEqual([120, 80, 80]);
  });
});

/** Sends more calls at once than the quota has, and gives what the first refused one was refused with. */
async function burst(count: number, call: (index: number) => Promise<unknown>) {
  const outcomes = await Promise.allSettled(many(count, call));
  const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  expect(refused.length).toBeGreaterThan(0);
  return failure(Promise.reject(refused[0]));
}

// Low rates: on a slow machine a burst must not last long enough to pass.
test("sso-admin shares one quota over all of its calls, and counts what it refuses", async () => {
  const { aws, sso } = await start({}, { rate: 0.05 });
  const calls = [new ListInstancesCommand({}), new ListPermissionSetsCommand({ InstanceArn: instanceArn })];
  const error = await burst(40, (index) => sso.send(calls[index % 2] as ListInstancesCommand));
  expect(error).toMatchObject({ name: "ThrottlingException", message: "Rate exceeded" });
  const { calls: counted, throttled } = aws.stats();
  expect(counted).toEqual({ "sso-admin:ListInstances": 20, "sso-admin:ListPermissionSets": 20 });
  expect(Object.values(throttled).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(20);
});

test("every service refuses by its own name", async () => {
  const { store, organizations, trail } = await start({}, { rate: 0.34 });
  const users = await burst(30, () => store.send(new ListUsersCommand({ IdentityStoreId: identityStoreId })));
  expect(users).toMatchObject({ name: "ThrottlingException", RetryAfterSeconds: 1 });
  await store.send(new ListGroupsCommand({ IdentityStoreId: identityStoreId }));
  const accounts = await burst(20, () => organizations.send(new ListAccountsCommand({})));
  expect(accounts.name).toBe("TooManyRequestsException");
  const QueryStatement = `SELECT eventID FROM ${storeId}`;
  const { QueryId } = await trail.send(new StartQueryCommand({ QueryStatement }));
  expect((await burst(6, () => trail.send(new StartQueryCommand({ QueryStatement })))).name).toBe(
    "ThrottlingException",
  );
  expect((await burst(20, () => trail.send(new GetQueryResultsCommand({ QueryId })))).name).toBe("ThrottlingException");
  expect((await burst(20, () => trail.send(new DescribeQueryCommand({ QueryId })))).name).toBe("ThrottlingException");
});

test("throttle: false lifts the quotas; reset fills them again", async () => {
  const { sso } = await start({}, { rate: 1, throttle: false });
  await Promise.all(many(60, () => sso.send(new ListInstancesCommand({}))));
  const full = await start({}, { rate: 0.05 });
  await full.sso.send(new ListInstancesCommand({}));
  expect((await failure(full.sso.send(new ListInstancesCommand({})))).name).toBe("ThrottlingException");
  full.aws.reset();
  expect(full.aws.stats().calls).toEqual({});
  await full.sso.send(new ListInstancesCommand({}));
});
