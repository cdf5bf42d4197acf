import type { Fault, FaultKind } from "../../local/aws";
import { captureLogs, jsonOf } from "../support/container";
import { isLong, sample } from "../support/long";
import { expectLatestIsWhole, folderOf, publishedFolders } from "../support/published";
import { loginOrganisation, smallOrganisation } from "./faultOrganisations";
import {
  ALWAYS_CALLED,
  expectTruth,
  expectWholeRun,
  inLanes,
  PASSING,
  runUnder,
  STAGES,
  STAYING,
  useLanes,
} from "./lanes";

// The whole run as Lambda has it, under faults: it publishes the bytes of the faultless run (the oracle's), or nothing, and then
// says which call was the cause. What the faults are like is the local AWS's; how often they hit, AWS's to decide.

captureLogs();
const smallLanes = useLanes(isLong ? 6 : 3, smallOrganisation);
const loginLanes = useLanes(isLong ? 2 : 1, loginOrganisation);

describe("a fault that passes leaves no trace in the report", () => {
  test.each(Object.keys(STAGES))("%s", async (stage) => {
    const all: FaultKind[] = [...PASSING];
    if (stage !== "storage") all.push("emptyPage"); // which only listings have
    const kinds = sample(all, 6, Object.keys(STAGES).indexOf(stage));
    await inLanes(stage === "logins" ? loginLanes : smallLanes, kinds, async (lane, kind) => {
      // Every call of the stage meets it; not only at the first page, since the second is what programs forget.
      const faults = STAGES[stage]!.flatMap((operation): Fault[] => [
        { operation, kind, at: 1, ms: 50 },
        { operation, kind, at: 2, times: 2, ms: 50 },
      ]);
      expectWholeRun(lane, await runUnder(lane, faults));
    });
  });

  test("a burst of throttling in every service at once", async () => {
    const lane = smallLanes[0]!;
    const services = ["sso-admin:*", "organizations:*", "cloudtrail:*", "s3:*"];
    const faults = services.map((operation): Fault => ({ operation, kind: "throttle", times: 10 }));

    const outcome = await runUnder(lane, [...faults, { operation: "identitystore:*", kind: "throttle", times: 3 }]);

    expectWholeRun(lane, outcome);
    const { throttled, calls } = jsonOf(lane.container.bucket, `${folderOf(outcome.result!)}/manifest.json`);
    expect(throttled).toMatchObject({ "sso-admin:DescribeInstance": 10, "organizations:ListAccounts": 10 });
    expect(calls["organizations:ListAccounts"]).toBe(12);
  });

  test("one call in four of everything, dropped", async () => {
    await inLanes(smallLanes, sample([1, 2, 3, 4, 5, 6], 2), async (lane, seed) =>
      expectWholeRun(lane, await runUnder(lane, [{ operation: "*", kind: "drop", rate: 0.25 }], seed)),
    );
  });
});

describe("a fault that stays ends the run, which names the call, and nothing is published", () => {
  const required = ALWAYS_CALLED.filter((operation) => !/^cloudtrail/.test(operation));
  test.each(required)("%s", async (operation) => {
    await inLanes(smallLanes, sample(STAYING, 6, required.indexOf(operation)), async (lane, [kind, name]) => {
      const outcome = await runUnder(lane, [{ operation, kind }]);

      expect(outcome.error).toMatchObject({ name, message: expect.stringContaining(operation.replace(":", " ")) });
      expectTruth(lane, outcome);
      expect(publishedFolders(lane.container.bucket)).toHaveLength(1);
    });
  });

  test.each(["sso-admin:ListAccountAssignments", "organizations:ListAccounts"])(
    "%s throttled for ever",
    async (operation) => {
      const lane = smallLanes[0]!;
      const outcome = await runUnder(lane, [{ operation, kind: "throttle" }]);

      expect(outcome.error).toMatchObject({
        name: "Throttled",
        message: expect.stringContaining(`${operation.replace(":", " ")} was throttled 30 times in a row`),
      });
      expectTruth(lane, outcome);
    },
  );

  test("a call that is not answered in the function's time", async () => {
    const lane = smallLanes[0]!;
    const operation = "sso-admin:DescribePermissionSet";
    const outcome = await runUnder(lane, [{ operation, kind: "slow", ms: 60_000 }], 1, 1_500);

    expect(outcome.error).toMatchObject({
      name: "OutOfTime",
      message: expect.stringContaining("the next slice goes on"),
    });
    expect(jsonOf(lane.container.bucket, `status/${outcome.runId}/failed`)).toMatchObject({ error: "OutOfTime" });
    expect(expectLatestIsWhole(lane.container.bucket, lane.expected)).toBe("before");
    expect(publishedFolders(lane.container.bucket)).toHaveLength(1);
  });
});

test("a container is as good after a failed run as before it", async () => {
  const lane = smallLanes[0]!;
  await runUnder(lane, [{ operation: "*", kind: "drop" }]);
  expectWholeRun(lane, await runUnder(lane, []));
});
