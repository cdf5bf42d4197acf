import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import type { Manifest } from "../../handlers/files/manifest";

// What the README promises a newcomer: `npm start` and what it leaves, its output word for word but for most of the resources, and that
// every command is there. With UPDATE_README=1 the output is put into the README.

const project = join(__dirname, "../..");
const readmeFile = join(project, "README.md");
const readme = () => readFileSync(readmeFile, "utf8");
const scripts: Record<string, string> = JSON.parse(readFileSync(join(project, "package.json"), "utf8")).scripts;
const block = /(<!-- output of npm start -->\n```text\n)([\s\S]*?)(```\n<!-- end of output -->)/;
const rows = /<!-- rows of the sample -->\n```csv\n([\s\S]*?)```/;

describe("npm start", () => {
  let directory: string;
  let ended: { code: unknown; stdout: string; stderr: string };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "readme-"));
    const [tool, script] = scripts.start!.split(" ");
    ended = await new Promise((resolve) =>
      execFile(
        join(project, "node_modules/.bin", tool!),
        [join(project, script!)],
        { cwd: directory },
        (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }),
      ),
    );
    if (process.env.UPDATE_README && ended.code === 0) {
      writeFileSync(
        readmeFile,
        readme().replace(block, (_, begin, __, end) => begin + abridged(ended.stdout).trim() + "\n" + end),
      );
    }
  }, 120_000);

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const read = (name: string) => readFileSync(join(directory, "out", name));
  const rowsOf = (name: string): Record<string, string>[] => parse(read(name), { columns: true, bom: true });
  const valuesOf = (name: string, column: string) => [...new Set(rowsOf(name).map((row) => row[column]))].sort();

  test("succeeds, and says what the README shows", () => {
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(withoutWhatDiffers(block.exec(readme())![2]!)).toBe(withoutWhatDiffers(abridged(ended.stdout)));
  });

  test("leaves a report with the rows that the README shows", () => {
    const shown: Record<string, string>[] = parse(rows.exec(readme())![1]!, { columns: true });
    expect(shown).toHaveLength(5);
    const columns = Object.keys(shown[0]!);
    const ofReport = rowsOf("credential_report.csv").map((row) => columns.map((column) => row[column]));
    expect(ofReport).toEqual(expect.arrayContaining(shown.map((row) => Object.values(row))));
  });

  test("leaves a report with every RowStatus and every Usage", () => {
    expect(valuesOf("credential_report.csv", "RowStatus")).toEqual([
      "ACCOUNT_NOT_ACTIVE",
      "ACCOUNT_NOT_IN_ORGANIZATION",
      "EMPTY_GROUP",
      "GROUP_NOT_FOUND",
      "OK",
      "USER_DISABLED",
      "USER_NOT_FOUND",
    ]);
    expect(valuesOf("credential_report.csv", "Usage")).toEqual(["", "TOO_NEW", "UNKNOWN", "UNUSED_IN_WINDOW", "USED"]);
  });

  test("leaves every kind of change since the report of a week before, in the file and for the page", () => {
    expect(valuesOf("changes.csv", "Change")).toEqual([
      "GRANTED",
      "GRANTED_AND_REVOKED",
      "NOW_UNUSED",
      "REVOKED",
      "STATUS_CHANGED",
      "USED_AGAIN",
    ]);
    expect(valuesOf("changes.csv", "PreviousReport")).toEqual(["2026-11-13T09:00:00Z"]);
    const page = read("report.html").toString();
    expect(page).toContain('"since":"2026-11-13T09:00:00Z"');
    // Of account access manager, a role has no permission set: the list of what is new names it.
    expect(page).toContain('"permissionSet":"role Deploy"');
    expect(page).toContain("Assignments of applications are left out; there is no application.");
  });

  test("leaves the sheet to review, the unexplained logins and the rows for machines", () => {
    const rows = rowsOf("credential_report.csv");
    const memberships = rows.filter(({ Type, UserId }) => Type === "GROUP" && UserId !== "");
    const ended = rowsOf("review.csv").filter(({ Action }) => Action === "END_MEMBERSHIP");
    expect(ended).toHaveLength(new Set(memberships.map(({ GroupId, UserId }) => GroupId! + UserId!)).size);
    expect(rowsOf("unexplained_logins.csv").length).toBeGreaterThan(0);
    expect(gunzipSync(read("rows.jsonl.gz")).toString().trimEnd().split("\n")).toHaveLength(rows.length);
  });

  test("leaves a manifest that lists every other file and links to the report before", () => {
    const manifest: Manifest = JSON.parse(read("manifest.json").toString());
    expect(manifest).toMatchObject({
      now: "2026-11-20T09:00:00Z",
      status: "succeeded",
      previousReport: { status: "compared", reportedAt: "2026-11-13T09:00:00Z" },
      previousManifest: { key: expect.stringMatching(/\/2026-11-13T090000Z-.*\/manifest\.json$/) },
    });
    const printed = [...ended.stdout.matchAll(/^ {2}out\/(\S+)/gm)].map(([, name]) => name!);
    expect(printed.sort()).toEqual([...manifest.files.map(({ name }) => name), "manifest.json"].sort());
    for (const name of printed) expect(existsSync(join(directory, "out", name))).toBe(true);
  });
});

test("every npm command of the README exists", () => {
  const named = [...readme().matchAll(/(?:^ *|`|&& )npm (?:run )?([a-z][\w:-]*)/gm)].map(([, name]) => name!);
  const npmOwn = ["ci"];
  expect(named).toEqual(expect.arrayContaining(["start", "test", "report"]));
  expect([...new Set(named)].filter((name) => !npmOwn.includes(name) && !(name in scripts))).toEqual([]);
});

/** Of the resources, which are one a line, the first three and the number of the others. */
function abridged(output: string): string {
  const resources = output.split("\n").filter((line) => line.startsWith("  +  "));
  const others = resources.slice(3);
  return output.replace(`${others.join("\n")}\n`, `     … ${others.length} more\n`);
}

/** Run ids and what follows from them, times taken, and what opens a page on this machine. */
function withoutWhatDiffers(output: string): string {
  return output
    .trim()
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<id>")
    .replace(/[0-9a-f]{64}/g, "<hash>")
    .replace(/ +\d+\.\d s$/gm, " <seconds>")
    .replace(/^(Open the page +)\S+ /m, "$1<command> ");
}
