import type { Fault, FaultKind } from "../../local/aws";
import { randomNumbers } from "../../local/aws/faults";
import { captureLogs } from "../support/container";
import { seedOf, series } from "../support/long";
import { largeOrganisation, loginOrganisation, smallOrganisation } from "./faultOrganisations";
import {
  ALWAYS_CALLED,
  expectTruth,
  inLanes,
  type Lane,
  MULTIPART,
  PASSING,
  runUnder,
  useLanes,
  WITHOUT_ANSWER,
} from "./lanes";

const SEEDS = series(20, 1_000);
const FIRST_SEED = seedOf(1);
/** One in so many has a report of several parts, and one in so many several pages of logins; none of the few of `npm test`. */
const LARGE_EVERY = 20;
const hasLarge = SEEDS >= LARGE_EVERY;

captureLogs();
const smallLanes = useLanes(hasLarge ? 6 : 2, smallOrganisation);
const loginLanes = useLanes(hasLarge ? 1 : 0, loginOrganisation);
const largeLanes = useLanes(hasLarge ? 2 : 0, largeOrganisation);

describe("random combinations", () => {
  /** One to four faults, most of which pass; drawn so that every operation meets every kind. */
  function combination(seed: number, operations: readonly string[]): Fault[] {
    const random = randomNumbers(seed * 7_919);
    const draw = (below: number) => Math.floor(random() * below);
    const pick = <T>(from: readonly T[]): T => from[draw(from.length)]!;
    const targets = [...operations, ...operations, "sso-admin:*", "identitystore:*", "cloudtrail:*", "s3:*", "*"];

    return Array.from({ length: 1 + draw(4) }, (): Fault => {
      if (random() < 0.15) {
        const kinds = ["queryQueued", "queryFailed", "queryCancelled", "queryTimedOut", "queryDuplicates"] as const;
        return { operation: "cloudtrail:StartQuery", kind: pick(kinds), at: 1, ms: 300 };
      }
      const operation = pick(targets);
      if (random() < 0.12) {
        const kind = pick(["internalError", "drop", "truncate", "expiredToken", "accessDenied"] as const);
        return { operation, kind, at: 1 + draw(6), times: 1_000_000 };
      }
      const isListing = /^(sso-admin|identitystore|organizations):(List|\*)/.test(operation);
      const kinds =
        isListing && random() < 0.3 ? WITHOUT_ANSWER : [...PASSING, ...PASSING, "emptyPage", "expiredToken"];
      const kind = pick(kinds as readonly FaultKind[]);
      const ms = 10 + draw(60);
      return random() < 0.5
        ? { operation, kind, ms, at: 1 + draw(8), times: 1 + draw(kind === "throttle" ? 2 : 6) }
        : { operation, kind, ms, rate: 0.02 + random() * (kind === "throttle" ? 0.05 : 0.25) };
    });
  }

  const seeds = Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index);
  const outcomes = { succeeded: 0, degraded: 0, failed: 0 };
  const tried = async (lane: Lane, seed: number, operations: readonly string[]) => {
    const faults = combination(seed, operations);
    const outcome = await runUnder(lane, faults, seed);
    outcomes[outcome.result?.status ?? "failed"] += 1;
    try {
      expectTruth(lane, outcome);
    } catch (error) {
      const said = outcome.error ?? outcome.result?.status;
      throw new Error(`${JSON.stringify(faults)} → ${said}\n${(error as Error).message}`);
    }
  };

  test(
    `${SEEDS} of them${hasLarge ? `, one in ${LARGE_EVERY} with several parts of the upload, one with several pages of logins` : ""}`,
    async () => {
      const writes = [...MULTIPART, ...MULTIPART, "s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"];
      const queries = ALWAYS_CALLED.filter((operation) => operation.startsWith("cloudtrail"));
      const every = (offset: number) => seeds.filter((seed) => hasLarge && seed % LARGE_EVERY === offset);
      const others = seeds.filter((seed) => !hasLarge || seed % LARGE_EVERY > 1);
      await Promise.all([
        inLanes(smallLanes, others, (lane, seed) => tried(lane, seed, ALWAYS_CALLED)),
        inLanes(largeLanes, every(0), (lane, seed) => tried(lane, seed, writes)),
        inLanes(loginLanes, every(1), (lane, seed) => tried(lane, seed, queries)),
      ]);
      // The combinations are worth their time only if they end in all ways.
      const least = SEEDS < 100 ? 0 : SEEDS / 20;
      expect(Math.min(...Object.values(outcomes))).toBeGreaterThanOrEqual(least);
    },
    60_000 + SEEDS * 2_000,
  );
});
