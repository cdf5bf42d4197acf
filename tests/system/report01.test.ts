import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { createDirectoryHistory } from "../../cli/directory";
import { directorySource } from "../../cli/verify/reportSource";
import { verifyReport } from "../../cli/verify/verifyReport";
import type { Manifest } from "../../handlers/files/manifest";
import { startLocalAws } from "../../local/aws";
import { runProduct } from "../../local/runReport";
import { organisationOf01, reportOf01, returnedSheet } from "../support/report01";
import { type ReportFiles, reportDirectory, said, sha256Of } from "../support/reportDirectory";

// Reports of version 0.1 as people have them: tests/fixtures/report-0.1. They stay whole by their own version's rules, and the next report
// is compared with them, carries their decisions and goes on with their chain.

const directories: ReturnType<typeof reportDirectory>[] = [];
const directoryOf = (files: ReportFiles) => {
  const directory = reportDirectory(files);
  directories.push(directory);
  return directory;
};
afterEach(() => {
  for (const directory of directories.splice(0)) directory.dispose();
});

const manifestOf = (files: ReportFiles): Manifest => JSON.parse(files["manifest.json"]!.toString());

describe("verify", () => {
  test("finds both whole, and the chain of the two", async () => {
    const first = directoryOf(reportOf01("first"));
    const second = directoryOf(reportOf01("second"));
    for (const [path, previous, notes] of [
      [first.path, undefined, ["It is the first of its chain: when it was made, there was no report before it."]],
      [second.path, first.path, ["The chain is whole: 1 earlier report, back to the first."]],
    ] as const) {
      const verdict = await verifyReport(directorySource(path, previous));
      expect(said(verdict)).toEqual([]);
      expect(verdict).toMatchObject({ verdict: "WHOLE", notes });
    }
  });

  test.each(Object.keys(reportOf01("second")).filter((name) => name !== "manifest.json"))(
    "requires %s of them, as every run of 0.1 wrote it",
    async (name) => {
      const directory = directoryOf(reportOf01("second"));
      directory.remove(name);
      directory.forge((manifest) => {
        manifest.files = manifest.files.filter((entry: { name: string }) => entry.name !== name);
      });
      const { verdict } = await verifyReport(directorySource(directory.path, undefined));
      expect(verdict).toBe("NOT_WHOLE");
    },
  );
});

/** What today's program makes an hour later of the same organisation, over the report of 0.1 and the sheet in its directory. */
async function reportAfter(directory: string): Promise<ReportFiles> {
  const organisation = { ...organisationOf01(), Now: "2026-11-20T10:00:00Z" };
  const localAws = await startLocalAws({ organisation, throttle: false, rate: 1000 });
  try {
    const history = createDirectoryHistory(directory);
    return (await runProduct(localAws, {}, history)).files;
  } finally {
    await localAws.close();
  }
}

describe("the report after it", () => {
  let earlier: ReturnType<typeof reportDirectory>;
  let files: ReportFiles;

  beforeAll(async () => {
    earlier = reportDirectory(reportOf01("second"));
    mkdirSync(join(earlier.path, "decisions"));
    earlier.write("decisions/review.csv", returnedSheet());
    files = await reportAfter(earlier.path);
  });
  afterAll(() => earlier.dispose());

  test("is compared with it: nothing has changed since", () => {
    expect(manifestOf(files).previousReport).toEqual({
      status: "compared",
      reportedAt: "2026-11-20T09:00:00Z",
      manifestKey: join(earlier.path, "manifest.json"),
      usageCompared: true,
      rolesCompared: false,
      reason: null,
    });
    expect(parse(files["changes.csv"]!, { columns: true, bom: true })).toEqual([]);
  });

  test("carries the decision on the grant that is as it was, and says what was decided on the one that is not", () => {
    const lines: Record<string, string>[] = parse(files["review.csv"]!, { columns: true, bom: true });
    const decided = lines.filter(({ DecisionStatus }) => DecisionStatus !== "");
    expect(
      decided.map(({ Username, GroupName, DecisionStatus, Decision, DecidedBy, Comment, EarlierDecision }) => [
        ...[Username, GroupName, DecisionStatus, Decision, DecidedBy, Comment, EarlierDecision],
      ]),
    ).toEqual([
      ["bob", "Admins", "CARRIED", "KEEP", "Zoë", "on call; see the rota", ""], // which was said of both accounts
      [
        ...["erin", "Readers", "CHANGED", "", "", ""],
        "of 1 of the 2 grants: REMOVE by Zoë on 2026-11-16; the grant was then OK UNUSED_IN_WINDOW 2024-06-02T08:00:00Z",
      ],
    ]);
  });

  test("goes on with the chain, and is whole", async () => {
    expect(manifestOf(files).previousManifest).toEqual({
      key: join(earlier.path, "manifest.json"),
      sha256: sha256Of(reportOf01("second")["manifest.json"]!),
    });
    const source = directorySource(directoryOf(files).path, earlier.path);
    const verdict = await verifyReport(source);
    expect(said(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ verdict: "WHOLE", earlierManifests: 1 });
  });
});
