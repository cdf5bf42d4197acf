import { createHash } from "node:crypto";
import { directorySource } from "../../cli/verify/reportSource";
import { verifyReport } from "../../cli/verify/verifyReport";
import { publishFiles, type ReportFiles, reportDirectory, said } from "../support/reportDirectory";
import { sourcesOf } from "../support/reportRows";

// The chain of manifests, of reports in directories. That of a bucket is verifyCommand.test.ts's matter.

const organisation = sourcesOf({
  pairs: [["111111111111", 1, [["USER", "u-alice"]]]],
  users: [{ id: "u-alice", name: "alice" }],
  accounts: [{ id: "111111111111", name: "one", state: "ACTIVE" }],
  lastLogins: [{ userId: "u-alice", accountId: "111111111111", roleName: "ReadOnly" }],
});

let files: ReportFiles;
let directory: ReturnType<typeof reportDirectory>;

beforeAll(async () => {
  files = await publishFiles(organisation);
});
beforeEach(() => {
  directory = reportDirectory(files);
});
afterEach(() => directory.dispose());

const verify = () => verifyReport(directorySource(directory.path, undefined));

describe("the chain of a directory", () => {
  const key = "credential_reports/2026-11-22T120000Z-run-1/manifest.json";
  let next: ReturnType<typeof reportDirectory>;

  beforeEach(async () => {
    const later = { ...organisation, settings: { ...organisation.settings, now: "2026-11-29T12:00:00Z" } };
    next = reportDirectory(await publishFiles(later, { runId: "run-2" }, { key, files }));
  });
  afterEach(() => next.dispose());

  const verifyNext = (previous?: string) => verifyReport(directorySource(next.path, previous));

  test("is not checked without the report before", async () => {
    const verdict = await verifyNext();
    expect(verdict).toMatchObject({ whole: true, earlierManifests: 0 });
    expect(verdict.notes).toEqual([expect.stringContaining(`The chain was not checked: the report before is ${key}`)]);
  });

  test("is checked one step back with it", async () => {
    const verdict = await verifyNext(directory.path);
    expect(said(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ whole: true, earlierManifests: 1 });
    expect(verdict.notes).toEqual(["The chain is whole: 1 earlier report, back to the first."]);
  });

  test("is broken by a changed manifest, though that one is whole in itself", async () => {
    directory.forge((manifest) => {
      manifest.note = "another";
    });
    expect((await verify()).whole).toBe(true);
    const verdict = await verifyNext(directory.path);
    expect(said(verdict)).toEqual([
      expect.stringMatching(`^${key} is not the manifest that the report after it was made with: its SHA-256 is`),
    ]);
    expect(verdict.whole).toBe(false);
  });

  test("that was interrupted is not called whole: the report before was there, and could not be read", async () => {
    directory.forge((manifest) => {
      manifest.previousReport = {
        ...manifest.previousReport,
        status: "other-version",
        reason: "its manifest is gone.",
      };
    });
    expect((await verify()).notes).toEqual([
      "The chain is interrupted: there was a report before, but its manifest is gone.",
    ]);
    next.forge((manifest) => {
      manifest.previousManifest.sha256 = createHash("sha256").update(directory.text("manifest.json")).digest("hex");
    });
    expect((await verifyNext(directory.path)).notes).toEqual([
      "After 1 earlier report: The chain is interrupted: there was a report before, but its manifest is gone.",
    ]);
  });

  test("cannot be checked against a directory without a report", async () => {
    directory.remove("manifest.json");
    const verdict = await verifyNext(directory.path);
    expect(said(verdict)).toEqual([`${key} cannot be checked: ${directory.path}/manifest.json is not there`]);
  });

  test("changes.csv is checked like the others", async () => {
    const [entry] = (await verifyNext()).files.filter(({ name }) => name === "changes.csv");
    expect(entry).toMatchObject({ rows: 0, problems: 0 });
    next.replace("changes.csv", next.text("changes.csv").replace("Before", "Formerly"));
    expect(said(await verifyNext())).toEqual([
      expect.stringMatching(/^changes.csv:1 the header has "Formerly" for column 2/),
    ]);
  });
});
