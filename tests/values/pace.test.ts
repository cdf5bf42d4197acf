import { type AccountAccessClient, accountAccessPerSecond, createCaller, createMustBe } from "../../handlers/aws/aws";
import { createPace, GRANTS } from "../../handlers/aws/pace";
import { listEntitlements } from "../../handlers/grants/entitlements";
import { estimateOf, planOf } from "../../handlers/run";
import { defaultSettings } from "../../local/defaultSettings";
import { accessApplication, accountId, many } from "../support/organisation";

// What of each quota a run takes, on a simulated clock.

const ACCOUNTS = many(7_000, accountId);
const APPLICATION = accessApplication(0).applicationArn;
const accountAccess = { status: "read", reason: null, applications: [APPLICATION] } as const;

let ending: AbortController;
beforeEach(() => {
  ending = new AbortController();
  jest.useFakeTimers();
});
afterEach(() => {
  ending.abort();
  jest.useRealTimers();
});

test("7,000 accounts without one entitlement are asked in six minutes at the default pace, and the plan says so", async () => {
  const askedMs: number[] = [];
  const client = {
    config: { serviceId: "Account Access", region: async () => "eu-west-1" },
    async send() {
      askedMs.push(Date.now());
      await new Promise((resolve) => setTimeout(resolve, 900));
      return { entitlements: [], $metadata: { httpStatusCode: 200, requestId: "request" } };
    },
    destroy() {},
  } as unknown as AccountAccessClient;
  const { requestsPerSecond } = defaultSettings;
  const call = createCaller({ requestsPerSecond, signal: ending.signal });
  const startedMs = Date.now();
  let endedMs = 0;

  const listing = listEntitlements(
    accountAccess,
    ACCOUNTS,
    client,
    call,
    createMustBe(),
    () => {},
    () => {},
  );
  void listing.then(() => {
    endedMs = Date.now();
  });
  for (let seconds = 0; seconds < 400 && endedMs === 0; seconds++) await jest.advanceTimersByTimeAsync(1_000);

  expect(await listing).toMatchObject({ status: "read", reason: null, roles: [] });
  expect(askedMs).toHaveLength(7_000);
  expect(endedMs - startedMs).toBeLessThanOrEqual(360_000);
  // Never more than AWS grants: in no second, but for what a late process may catch up with.
  for (let at = 22; at < askedMs.length; at++) expect(askedMs[at]! - askedMs[at - 22]!).toBeGreaterThanOrEqual(1_000);

  const accounts = ACCOUNTS.map((id) => ({ id, name: "", state: "ACTIVE" }));
  const estimate = estimateOf({ pairs: [] }, { accounts, accountAccess }, { requestsPerSecond });
  expect(estimate).toEqual({ pairs: 0, calls: 7_000, entitlementCalls: 7_000, seconds: 350 });
  expect(planOf(estimate, 900_000, 2_048)).toMatchObject({ entitlementCalls: 7_000, minutes: 6, slices: 1 });
});

test.each<[requestsPerSecond: number, ofAccountAccess: number, ofTheStore: number, ofOrganizations: number]>([
  [15, 20, 15, 6],
  [20, 20, 20, 8],
  [200, 20, 20, 8],
  [3, 4, 3, 1.2],
])(
  "%d a second of sso-admin are %d of account access manager, %d of the Identity Store, %d of Organizations",
  async (...paces) => {
    const [requestsPerSecond, ofAccountAccess] = paces;
    const pace = createPace(requestsPerSecond, ending.signal);
    const startedMs = Date.now();
    const operations = [
      ["sso-admin", "ListAccountAssignments"],
      ["account-access", "ListEntitlements"],
      ["identitystore", "ListUsers"],
      ["organizations", "ListAccounts"],
    ] as const;
    const turns = 120;
    const tookSeconds = operations.map(async ([service, operation]) => {
      const quota = pace.quotaOf("eu-west-1", service, operation, GRANTS)!;
      for (let turn = 0; turn <= turns; turn++) await quota.turn();
      return (Date.now() - startedMs) / 1000;
    });
    await jest.advanceTimersByTimeAsync(200_000);
    for (const [index, seconds] of (await Promise.all(tookSeconds)).entries()) {
      const wanted = paces[index]!;
      expect(Math.abs(turns / seconds - wanted) / wanted).toBeLessThan(0.05);
    }
    expect(accountAccessPerSecond(requestsPerSecond)).toBe(ofAccountAccess);
  },
);
