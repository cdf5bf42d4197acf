import { reportError } from "../../handlers/errors";
import { readPrevious } from "../../handlers/files/previous/previous";
import { NO_DECISIONS } from "../../handlers/files/review/review";
import { noEntitlements } from "../../local/plainInstance";
import { sourcesOf } from "../support/reportRows";

const { settings } = sourcesOf({});
const taken = { settings, roles: noEntitlements, administrators: [], decisions: NO_DECISIONS };

test("what is no damage of the earlier report, such as a run that has been ended, is not taken for one", async () => {
  const ended = reportError("OutOfTime", "The run did not finish.");
  const history = { newest: () => Promise.reject(ended), manifestAt: async () => null, decisions: async () => [] };
  await expect(readPrevious(history, taken)).rejects.toBe(ended);
});

const { now: _, ...others } = settings;
const earlier = (files: unknown) =>
  Buffer.from(JSON.stringify({ manifestVersion: 1, now: settings.now, settings: others, files }));

test.each([
  ["no list", {}],
  ["no entry", [null, { name: "changes.csv", bytes: 1, sha256: "a" }]],
  ["an entry without a size", [{ name: "credential_report.csv", sha256: "a" }]],
  ["an entry without a hash", [{ name: "credential_report.csv", bytes: 1 }]],
])("a manifest that has %s of its CSV is not compared with, and its CSV is not read", async (_what, files) => {
  const open = jest.fn();
  const newest = async () => ({ manifestKey: "there/manifest.json", manifest: earlier(files), open });

  const { previous, changes } = await readPrevious(
    { newest, manifestAt: async () => null, decisions: async () => [] },
    taken,
  );

  expect([changes, open.mock.calls]).toEqual([null, []]);
  expect(previous.previousReport.reason).toContain("there/manifest.json says neither size nor SHA-256 of");
  expect(previous.previousManifest?.key).toBe("there/manifest.json");
});

test.each([
  ["null", "null"],
  ["an empty object", "{}"],
  ["no JSON", "{"],
  ["a present that is no instant", JSON.stringify({ manifestVersion: 1, now: "yesterday", settings: others })],
  ["a day that does not exist", JSON.stringify({ manifestVersion: 1, now: "2026-11-31T09:00:00Z", settings: others })],
  ["another version and no present", JSON.stringify({ manifestVersion: 2, now: "", settings: others })],
  ["settings without an instance", JSON.stringify({ manifestVersion: 1, now: settings.now, settings: {} })],
  ["settings that are none", JSON.stringify({ manifestVersion: 1, now: settings.now, settings: null })],
])("a manifest that is %s is damage of the earlier report, of which nothing is taken over", async (_what, text) => {
  const newest = async () => ({ manifestKey: "there/manifest.json", manifest: Buffer.from(text), open: jest.fn() });

  const { previous } = await readPrevious({ newest, manifestAt: async () => null, decisions: async () => [] }, taken);

  expect(previous).toMatchObject({ previousManifest: null, previousReport: { reportedAt: null, manifestKey: null } });
  expect(previous.previousReport.reason).toContain("there/manifest.json is no manifest.");
});

test("a CSV that the directory does not let read is damage of the earlier report", async () => {
  const entry = { name: "credential_report.csv", bytes: 1, sha256: "a" };
  async function* open(): AsyncGenerator<Buffer> {
    yield Buffer.from("account");
    throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
  }
  const newest = async () => ({ manifestKey: "there/manifest.json", manifest: earlier([entry]), open });

  const { previous, changes } = await readPrevious(
    { newest, manifestAt: async () => null, decisions: async () => [] },
    taken,
  );

  expect(changes).toBeNull();
  expect(previous.previousReport).toMatchObject({ status: "other-version", reason: "EACCES: permission denied" });
});
