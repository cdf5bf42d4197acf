import type { Fault } from "../../local/aws";
import { captureLogs } from "../support/container";
import { isLong } from "../support/long";
import { loginOrganisation } from "./faultOrganisations";
import { expectTruth, expectWholeRun, inLanes, runUnder, useLanes } from "./lanes";

captureLogs();
const loginLanes = useLanes(isLong ? 2 : 1, loginOrganisation);

describe("the login source fails: the report says UNKNOWN and why, and is the bytes of one without logins", () => {
  const start = "cloudtrail:StartQuery";
  test.each<[string, Fault, RegExp]>([
    [
      "GetEventDataStore fails",
      { operation: "cloudtrail:GetEventDataStore", kind: "internalError" },
      /cloudtrail GetEventDataStore failed 8/,
    ],
    [
      "StartQuery is refused",
      { operation: start, kind: "accessDenied" },
      /cloudtrail StartQuery was refused.*cloudtrail:StartQuery/,
    ],
    [
      "DescribeQuery is not answered",
      { operation: "cloudtrail:DescribeQuery", kind: "drop" },
      /cloudtrail DescribeQuery: no whole answer/,
    ],
    [
      "GetQueryResults is cut short",
      { operation: "cloudtrail:GetQueryResults", kind: "truncate" },
      /cloudtrail GetQueryResults: no whole answer/,
    ],
    [
      "the second page of results fails",
      { operation: "cloudtrail:GetQueryResults", kind: "unavailable", at: 2, times: 8 },
      /GetQueryResults failed 8/,
    ],
    ["the credentials expire", { operation: "cloudtrail:*", kind: "expiredToken" }, /the credentials were refused/],
    ["the query fails", { operation: start, kind: "queryFailed" }, /ended as FAILED: Query execution failed/],
    ["the query is canceled", { operation: start, kind: "queryCancelled" }, /ended as CANCELLED: Query was canceled/],
    [
      "the query times out with half of its rows",
      { operation: start, kind: "queryTimedOut" },
      /ended as TIMED_OUT: Query exceeded/,
    ],
  ])("%s", async (_, fault, why) => {
    const lane = loginLanes[0]!;
    const outcome = await runUnder(lane, [fault]);

    expect(outcome.result).toMatchObject({ status: "degraded", warnings: [expect.stringMatching(why)] });
    expectTruth(lane, outcome);
    const { byUsage } = outcome.result!;
    expect(Object.keys(byUsage)).toEqual(["UNKNOWN"]);
  });

  test("but a query that is queued for a while, or delivers rows twice, gives the whole report", async () => {
    const faults: Fault[] = [
      { operation: start, kind: "queryQueued", ms: 700 },
      { operation: start, kind: "queryDuplicates" },
    ];
    await inLanes(loginLanes, faults, async (lane, fault) => expectWholeRun(lane, await runUnder(lane, [fault])));
  });

  test("and a run that fails for another reason does not leave its query running", async () => {
    const lane = loginLanes[0]!;
    const faults: Fault[] = [
      { operation: start, kind: "queryQueued", ms: 60_000 },
      { operation: "identitystore:ListUsers", kind: "expiredToken" },
    ];
    const outcome = await runUnder(lane, faults);

    expectTruth(lane, outcome);
    expect(lane.container.localAws.stats().calls["cloudtrail:CancelQuery"]).toBe(1);
  });
});
