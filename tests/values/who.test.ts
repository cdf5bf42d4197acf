import { parse } from "csv-parse/sync";
import { dispatch } from "../../cli/commands";
import { runFolder } from "../../handlers/bucket/names";
import { COLUMNS } from "../../handlers/files/columns";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { useLocalAws } from "../../local/runReport";
import { organisationOf } from "../support/organisation";
import { reportOf01 } from "../support/report01";
import { publishFiles, type ReportFiles, reportDirectory } from "../support/reportDirectory";
import { oddNames, type SmallOrganisation, sourcesOf } from "../support/reportRows";

// `credential-report who`, in this process. The rows are compared with those of credential_report.csv, which it does not read. That it runs
// where it is installed: tests/pack.

type Cells = Readonly<Record<string, string>>;

const organisation: SmallOrganisation = {
  ...oddNames,
  pairs: [
    ...oddNames.pairs!,
    [
      "222222222222",
      0,
      [
        ["USER", "u-bob"],
        ["GROUP", "g-gone"],
        ["USER", "u-gone"],
      ],
    ],
  ],
};

let directory: ReturnType<typeof reportDirectory>;
let rows: Cells[];
let terminal: { isTTY: boolean; columns: number } | null = null;

beforeAll(async () => {
  directory = reportDirectory(await publishFiles(sourcesOf(organisation)));
  rows = parse(directory.text("credential_report.csv"), { columns: true, record_delimiter: "\r\n" });
  expect(rows.length).toBeGreaterThan(12);
});
afterEach(() => {
  terminal = null;
});
afterAll(() => directory.dispose());

async function who(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    jest.spyOn(process[name], "write").mockImplementation((text, done?: unknown) => {
      written[name === "stdout" ? "out" : "err"] += text;
      if (typeof done === "function") done();
      return true;
    }),
  );
  const { isTTY, columns } = process.stdout;
  Object.assign(process.stdout, terminal ?? { isTTY: false });
  try {
    return { code: await dispatch(["who", ...args]), ...written };
  } finally {
    Object.assign(process.stdout, { isTTY, columns });
    for (const spy of spies) spy.mockRestore();
  }
}

const csvRows = (text: string): Cells[] => parse(text, { columns: true, record_delimiter: "\r\n" });
const has = (row: Cells, text: string, ...columns: string[]) =>
  columns.some((column) => row[column]!.toLowerCase().includes(text));
const administrators = (row: Cells) => row.PermissionSetName === "AdministratorAccess";

test.each<[string[], (row: Cells) => boolean]>([
  [[], () => true],
  [["--account", "TWO"], (row) => row.AccountName === "two"],
  [["--account", "1111"], (row) => row.account === "111111111111"],
  [["--account", "one", "--account", "two"], () => true],
  [["--user", "Al"], (row) => has(row, "al", "Username", "UserDisplayName", "UserEmail")],
  [["--user", "u-alice"], (row) => row.UserId === "u-alice"],
  [["--group", "ead"], (row) => row.GroupName === "Readers"],
  [["--group", "g-gone"], (row) => row.GroupId === "g-gone"],
  [["--permission-set", "only"], (row) => row.PermissionSetName === "ReadOnly"],
  [["--admin"], administrators],
  [["--unused"], (row) => row.Usage === "UNUSED_IN_WINDOW"],
  [
    ["--admin", "--unused", "--account", "two"],
    (row) => administrators(row) && row.Usage === "UNUSED_IN_WINDOW" && row.AccountName === "two",
  ],
])("%j gives those of the report's rows, cell for cell as credential_report.csv has them", async (args, matches) => {
  const expected = rows.filter(matches);
  const { code, out } = await who(directory.path, "--csv", "--quiet", ...args);
  const found = csvRows(out);
  expect(found.map(({ Administrator: _, ...row }) => row)).toEqual(expected);
  expect(found.map((row) => row.Administrator)).toEqual(expected.map((row) => String(administrators(row))));
  expect(code).toBe(expected.length > 0 ? 0 : 1);
  expect(out.split("\r\n")[0]).toBe([...COLUMNS, "Administrator"].join(","));

  const json = await who(directory.path, "--json", "--quiet", ...args);
  expect(JSON.parse(json.out).map((row: Cells) => [row.account, row.UserId ?? ""])).toEqual(
    expected.map((row) => [row.account, row.UserId]),
  );
});

test("where nothing matches, it exits with 1, and JSON and CSV are whole all the same", async () => {
  const nobody = [directory.path, "--user", "mallory"];
  expect(await who(...nobody, "--json", "--quiet")).toEqual({ code: 1, out: "[]\n", err: "" });
  expect((await who(...nobody, "--csv", "--quiet")).out).toBe(`${[...COLUMNS, "Administrator"].join(",")}\r\n`);
  const { code, out, err } = await who(...nobody);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(
    new RegExp(
      `^0 of ${rows.length} rows · 0 users · 0 accounts · 0 unused · 0 unknown\n.*: report of 2026-11-22 12:00 UTC\\.\n$`,
    ),
  );
});

describe("on a terminal", () => {
  test("a table in the page's words, its header bold but with NO_COLOR", async () => {
    terminal = { isTTY: true, columns: 200 };
    const { out, err } = await who(directory.path, "--user", "alice");
    expect(out).toMatch(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: bold
      /^\x1b\[1mAccount +Permission set +Through group +User +Last login +Logins +Status +Usage\x1b\[22m\n/,
    );
    expect(out).toMatch(/^one \(111111111111\) +ReadOnly +Readers +alice +2026-11-20 08:15 UTC +1 +OK +used$/m);
    expect(out).toMatch(
      /^one \(111111111111\) +AdministratorAccess \(administrator\) +\+Odd +alice +none +0 +OK +unused in window$/m,
    );
    expect(out).toMatch(/^one \(111111111111\) +ReadOnly +direct +alice /m);
    expect(err).toContain(`4 of ${rows.length} rows · 1 user · 2 accounts · 2 unused · 0 unknown\n`);

    process.env.NO_COLOR = "1";
    expect((await who(directory.path, "--user", "alice")).out).not.toContain("\x1b");
    delete process.env.NO_COLOR;
    const gone = await who(directory.path, "--user", "u-gone", "--quiet");
    expect(gone.out).toContain("u-gone (no such user)");
    expect(gone.err).toBe("");
  });

  test.each([200, 100, 80, 40, 20])("of %d columns, no line is longer", async (columns) => {
    terminal = { isTTY: true, columns };
    const { out } = await who(directory.path, "--quiet");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: bold
    const lines = out.replaceAll(/\x1b\[\d+m/g, "").split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.max(columns, 35));
    expect(out).toContain("alice");
  });

  test("no name writes to it: control characters are shown as one that says nothing", async () => {
    const names = ["\x1b[2Jcleared", "two\nlines", "\u202eright-to-left"];
    const users = names.map((name, index) => ({ id: `u-${index}`, name }));
    const odd = sourcesOf({ pairs: [["111111111111", 1, users.map(({ id }) => ["USER", id] as const)]], users });
    const report = reportDirectory(await publishFiles(odd));
    const { out } = await who(report.path, "--quiet");
    report.dispose();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what is not there
    expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
    expect(out.trim().split("\n")).toHaveLength(4);
    expect(out).toContain("\ufffd[2Jcleared");
  });
});

test("a role that account access manager gives is found and shown by its name", async () => {
  const arn = "arn:aws:iam::111111111111:role/teams/Operator";
  const withRole = sourcesOf({ ...organisation, roles: [["111111111111", arn, [["USER", "u-bob"]]]] });
  const other = reportDirectory(await publishFiles(withRole));
  terminal = { isTTY: true, columns: 200 };
  const { code, out } = await who(other.path, "--permission-set", "operator", "--quiet");
  other.dispose();
  expect(code).toBe(0);
  expect(out.match(/teams\/Operator \(role of the account\)/g)).toHaveLength(1);
});

describe("it is not answered, with exit code 3,", () => {
  test("where there is no report", async () => {
    const { code, out, err } = await who("/nowhere");
    expect([code, out]).toEqual([3, ""]);
    expect(err).toBe("CANNOT TELL: /nowhere: manifest.json is not there.\n");
  });

  test.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ["are of another report", () => otherRows, /rows\.jsonl\.gz is not the file that the manifest names\.\n$/],
    [
      "are cut short",
      (bytes) => bytes.subarray(0, bytes.length - 20),
      /rows\.jsonl\.gz could not be read to its end: /,
    ],
    ["are no gzip file", () => Buffer.from("{}\n"), /rows\.jsonl\.gz could not be read to its end: /],
  ])("where the rows %s", async (_, change, words) => {
    const files = await publishFiles(sourcesOf(organisation));
    const report = reportDirectory({ ...files, "rows.jsonl.gz": change(files["rows.jsonl.gz"]!) });
    const { code, err } = await who(report.path, "--quiet");
    report.dispose();
    expect(code).toBe(3);
    expect(err).toMatch(words);
  });

  let otherRows: Buffer;
  beforeAll(async () => {
    otherRows = (await publishFiles(sourcesOf(oddNames)))["rows.jsonl.gz"]!;
  });
});

test("a degraded report says so, and why, below what is found", async () => {
  const report = reportDirectory(await publishFiles(sourcesOf({ ...organisation, observed: false, source: "failed" })));
  const { code, err } = await who(report.path, "--admin");
  expect(code).toBe(0);
  expect(err).toMatch(/, degraded: not all could be observed\.\nwarning: Where no login was seen, Usage is UNKNOWN/);
  report.dispose();
});

test("a report of version 0.1 is asked as well", async () => {
  const report = reportDirectory(reportOf01("second"));
  const expected = csvRows(report.text("credential_report.csv"));
  const { code, out } = await who(report.path, "--csv", "--quiet");
  expect(code).toBe(0);
  expect(csvRows(out)).toEqual(expected.map((row) => expect.objectContaining(row)));
  report.dispose();
});

describe("in a bucket", () => {
  let aws: LocalAws;
  const folders = ["2026-11-15T12:00:00Z", "2026-11-22T12:00:00Z"].map((now, index) => runFolder(now, `run-${index}`));

  beforeAll(async () => {
    aws = await startLocalAws({ organisation: organisationOf({}), throttle: false });
    useLocalAws(aws);
    const objects = new Map();
    const put = (key: string, bytes: Buffer) =>
      objects.set(key, {
        body: [bytes],
        size: bytes.length,
        etag: '"e"',
        lastModified: new Date(0),
        headers: {},
        checksums: {},
      });
    const reports: ReportFiles[] = [
      await publishFiles(sourcesOf(oddNames)),
      await publishFiles(sourcesOf(organisation)),
    ];
    reports.forEach((files, index) => {
      for (const [name, bytes] of Object.entries(files)) put(folders[index] + name, bytes);
    });
    put("credential_reports/latest.json", Buffer.from(JSON.stringify({ manifestKey: `${folders[1]}manifest.json` })));
    aws.buckets.set("reports", { objects, uploads: new Map() });
    aws.buckets.set("empty", { objects: new Map(), uploads: new Map() });
  });
  afterAll(() => aws.close());

  const counted = async (place: string) => JSON.parse((await who(place, "--json", "--quiet")).out).length;

  test("the newest report is asked, or the one that is named", async () => {
    expect(await counted("s3://reports")).toBe(rows.length);
    expect(await counted("s3://reports/credential_reports/")).toBe(rows.length);
    expect(await counted(`s3://reports/${folders[0]}`)).toBeLessThan(rows.length);
    expect((await who("s3://reports", "--admin")).err).toContain(`s3://reports/${folders[1]}: report of 2026-11-22`);
  });

  test("where there is none, it says so and exits with 3", async () => {
    const { code, err } = await who("s3://empty");
    expect(code).toBe(3);
    expect(err).toMatch(/^CANNOT TELL: s3:\/\/empty\/credential_reports\/latest\.json .*is not there/);
  });
});

test.each<[string[], string]>([
  [["a", "b"], "Expected one report at most"],
  [["--csv", "--json"], "Give either --csv or --json."],
  [["--user", ""], '--user: expected a text, got "".'],
  [["s3://Bucket"], "Expected s3://BUCKET or s3://BUCKET/credential_reports/FOLDER/"],
  [["--fast"], "Unknown option '--fast'"],
])("%j: says what is wrong, and exits with 2", async (args, words) => {
  const { code, out, err } = await who(...args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(words);
});
