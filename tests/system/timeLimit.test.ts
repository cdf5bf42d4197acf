import { join } from "node:path";
import { startLocalAws } from "../../local/aws";
import { runProduct } from "../../local/runReport";

const organisation = join(__dirname, "../../local/organisations/sample.json");

/** Time that is kept for publishing, of the time until the deadline. */
const PUBLISHING_MS = 90_000;

it("says that a run is too large as soon as it knows the pairs, and what to do", async () => {
  const aws = await startLocalAws({ organisation, rate: 100 });
  try {
    const pairs = 35;
    const leftMs = 2_500; // the permission sets take 1.3 s of it, the pairs would need 1.75 s
    const deadlineMs = Date.now() + PUBLISHING_MS + leftMs;
    const error = await runProduct(aws, { requestsPerSecond: 20 }, deadlineMs).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: "TooLargeForOneRun" });
    expect(error.message).toContain(`needs ${pairs} ListAccountAssignments calls`);
    expect(error.message).toMatch(/\d+\.\d minutes at 20 a second, and \d+\.\d minutes of this run are left/);
    expect(error.message).toMatch(/Run it from a terminal/);
    expect(aws.stats().calls["sso-admin:ListAccountAssignments"]).toBeUndefined();
    // The query that nobody will fetch is ended.
    expect(aws.stats().calls["cloudtrail:CancelQuery"]).toBe(1);
  } finally {
    await aws.close();
  }
});
