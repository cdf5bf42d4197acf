import { createPage, createReview, NO_DECISIONS, pageAssets, rowBatches } from "../handlers/files/files";
import { sourcesOf } from "./sources";

const ACCOUNTS = [4, 20, 200];

/** What the page adds to a run, in time and in bytes, beside what it takes to make the rows. */
export async function* page(): AsyncGenerator<object> {
  pageAssets(); // bundled once, before the function is deployed
  for (const accounts of ACCOUNTS) {
    const sources = sourcesOf(accounts);
    const review = createReview({ sources, decisions: NO_DECISIONS });
    const page = createPage({
      run: {
        runId: "bench",
        region: "eu-west-1",
        now: sources.settings.now,
        status: "succeeded",
        warnings: [],
        newAccessDays: sources.settings.newAccessDays,
        observed: true,
        windowFrom: sources.logins.windowFrom,
        windowTo: sources.logins.windowTo,
        windowDays: sources.settings.lookbackDays,
        observedFrom: sources.logins.observedFrom,
        regions: sources.logins.regions,
        notCovered: ["Sign-in elsewhere is left out."],
        accountsInOrganization: accounts,
        settings: sources.settings,
      },
      advice: review.advice,
      administratorReasons: {},
      trend: () => ({ points: [], reason: null, administrators: 0, decidedNotDone: 0 }),
      administratorArns: [sources.provisioning.permissionSets[0]!.arn],
      changes: () => ({
        since: null,
        reason: "there is no earlier report",
        counts: {},
        given: { first: [], count: 0 },
        between: { first: [], count: 0 },
      }),
    });
    let rows = 0;
    let spentMs = 0;
    const timed = <T>(work: () => T): T => {
      const startedMs = performance.now();
      const result = work();
      spentMs += performance.now() - startedMs;
      return result;
    };
    let bytes = Buffer.byteLength(timed(() => page.begin()));
    for (const batch of rowBatches(sources, 2_000)) {
      rows += batch.length;
      review.rows(batch);
      timed(() => page.rows(batch));
    }
    for (const _ of review.end());
    bytes += Buffer.byteLength(timed(() => page.end()) as string);
    yield { rows, bytes, addsSeconds: Math.round(spentMs) / 1000 };
  }
}
