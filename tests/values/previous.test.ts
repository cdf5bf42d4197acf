import { reportError } from "../../handlers/errors";
import { readPrevious } from "../../handlers/files/previous/previous";
import { sourcesOf } from "../support/reportRows";

const { settings } = sourcesOf({});
const refused = reportError("AccessDenied", "s3 GetObject was refused (kms:Decrypt)");

test("a returned sheet that may not be read is a warning, and no decision", async () => {
  const { previous, decisions, changes } = await readPrevious(
    { newest: async () => null, decisions: () => Promise.reject(refused) },
    settings,
  );
  expect(decisions.byGrant.size).toBe(0);
  expect(previous).toMatchObject({ previousManifest: null, previousReport: { status: "none" } });
  expect(previous.notes).toEqual([
    "No decision of the returned review sheet is carried forward: s3 GetObject was refused (kms:Decrypt). See that the report's role, or whoever runs it, may read decisions/review.csv; the next run that can carries its decisions.",
  ]);
  expect(changes).toBeNull();
});

test("what is no damage of the earlier report, such as a run that has been ended, is not taken for one", async () => {
  const ended = reportError("OutOfTime", "The run did not finish.");
  const history = { newest: () => Promise.reject(ended), decisions: async () => null };
  await expect(readPrevious(history, settings)).rejects.toBe(ended);
});
