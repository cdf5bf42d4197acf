import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constants, gunzipSync, type InflateRaw, inflateRawSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { publishedRows } from "../../handlers/bucket/names";
import type { Row } from "../../handlers/files/columns";
import { createMachineRows } from "../../handlers/files/machineRows";
import { ADMINISTRATOR_SET, NOW, rowWith, sourcesOf } from "../support/reportRows";

async function fileOf(rows: Row[], batchSize = 1): Promise<Buffer> {
  const file = createMachineRows(sourcesOf({}), "run-1");
  const pieces: Buffer[] = [Buffer.from(file.begin())];
  for (let at = 0; at < rows.length; at += batchSize) pieces.push(await file.rows(rows.slice(at, at + batchSize)));
  pieces.push(await file.end());
  expect(file.recordCount()).toBe(rows.length);
  return Buffer.concat(pieces);
}

const linesOf = async (rows: Row[], batchSize?: number) =>
  gunzipSync(await fileOf(rows, batchSize))
    .toString("utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("createMachineRows", () => {
  it("gives every column of the report and those of its own, typed", async () => {
    expect(await linesOf([rowWith()])).toEqual([
      {
        ...Object.fromEntries(Object.entries(rowWith()).map(([column, cell]) => [column, cell === "" ? null : cell])),
        DaysSinceLastLogin: 2,
        LoginsInWindow: 3,
        Administrator: false,
        RunId: "run-1",
        ReportTime: NOW,
        LookbackDays: 90,
      },
    ]);
  });

  it.each<[string, Partial<Row>, Record<string, unknown>]>([
    [
      "an unused grant",
      { Usage: "UNUSED_IN_WINDOW", LastLogin: "NO_LOGIN_PRESENT", DaysSinceLastLogin: "", LoginsInWindow: "0" },
      { LastLogin: null, DaysSinceLastLogin: null, LoginsInWindow: 0 },
    ],
    [
      "one that was not observed",
      { Usage: "UNKNOWN", LastLogin: "UNKNOWN", DaysSinceLastLogin: "", LoginsInWindow: "" },
      { LastLogin: null, LoginsInWindow: null },
    ],
    ["an administrator's", { PermissionSetArn: ADMINISTRATOR_SET }, { Administrator: true }],
    [
      "an empty group",
      { RowStatus: "EMPTY_GROUP", Username: "", UserId: "", Usage: "", LastLogin: "" },
      { Username: null, UserId: null, Usage: null, LastLogin: null },
    ],
    ["a formula, raw", { GroupName: '=1+1\r\n"quoted" \u2028' }, { GroupName: '=1+1\r\n"quoted" \u2028' }],
  ])("gives %s", async (_what, values, expected) => {
    expect(await linesOf([rowWith(values)])).toMatchObject([expected]);
  });

  it("tells rows of different groups apart that have the rest in common", async () => {
    const rows = [
      rowWith({ PermissionSetArn: ADMINISTRATOR_SET, PermissionSetName: "AdministratorAccess" }),
      rowWith(),
      rowWith({ account: "222222222222", AccountName: "other" }),
      rowWith({ account: "222222222222", AccountName: "other", GroupId: "g2", GroupName: "Second" }),
      rowWith({ account: "222222222222", AccountName: "other", Type: "USER", GroupId: "", GroupName: "NOGROUP" }),
    ];

    const lines = await linesOf(rows, 10);

    expect(
      lines.map((line) => [
        line.account,
        line.AccountName,
        line.PermissionSetName,
        line.Type,
        line.GroupId,
        line.GroupName,
      ]),
    ).toEqual([
      ["111111111111", "workload", "AdministratorAccess", "GROUP", "readers", "Readers"],
      ["111111111111", "workload", "ReadOnly", "GROUP", "readers", "Readers"],
      ["222222222222", "other", "ReadOnly", "GROUP", "readers", "Readers"],
      ["222222222222", "other", "ReadOnly", "GROUP", "g2", "Second"],
      ["222222222222", "other", "ReadOnly", "USER", null, "NOGROUP"],
    ]);
  });

  it("is a gzip file also without rows", async () => {
    expect(await linesOf([])).toEqual([]);
  });

  it("is one gzip member of all batches, and so whole for readers that stop after the first", async () => {
    const rows = Array.from({ length: 20 }, (_, number) => rowWith({ UserId: `u-${number}` }));
    const bytes = await fileOf(rows, 3);

    // A member is ten bytes, deflated data that tells its own end, and eight bytes (RFC 1952).
    const { buffer, engine } = inflateRawSync(bytes.subarray(10), { info: true }) as unknown as {
      buffer: Buffer;
      engine: InflateRaw;
    };

    expect(buffer.toString("utf8").match(/"UserId":"u-\d+"/g)).toHaveLength(20);
    expect(10 + engine.bytesWritten + 8).toBe(bytes.length);
  });

  it("gives out the lines of each batch with that batch", async () => {
    const file = createMachineRows(sourcesOf({}), "run-1");
    const first = await file.rows([rowWith({ UserId: "u-first" })]);

    const text = inflateRawSync(first.subarray(10), { finishFlush: constants.Z_SYNC_FLUSH }).toString();

    expect(text).toMatch(/"UserId":"u-first".*}\n$/);
  });

  it("has the same bytes whenever the same rows are written", async () => {
    const rows = Array.from({ length: 3000 }, (_, number) => rowWith({ UserId: `u-${number * 7919}` }));

    expect((await fileOf(rows, 1000)).equals(await fileOf(rows, 1000))).toBe(true);
  });

  it("is read by another program", async () => {
    const directory = mkdtempSync(join(tmpdir(), "machine-rows-"));
    try {
      const path = join(directory, "rows.jsonl.gz");
      const rows = Array.from({ length: 100 }, (_, number) =>
        rowWith({ UserId: `u-${number}`, LoginsInWindow: `${number}` }),
      );
      writeFileSync(path, await fileOf(rows, 7));
      const connection = await (await DuckDBInstance.create()).connect();

      const answer = await connection.runAndReadAll(
        `SELECT count(*)::int AS rows, sum(LoginsInWindow)::int AS logins, count(DISTINCT UserId)::int AS users FROM read_json('${path}')`,
      );

      expect(answer.getRowObjects()).toEqual([{ rows: 100, logins: 4950, users: 100 }]);
      connection.closeSync();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

test("the query in docs/athena.md for who can administer leaves out no disabled user, who may still have a session open", async () => {
  const docs = readFileSync(join(__dirname, "../../docs/athena.md"), "utf8");
  const query = docs.split(/```(?:sql)?\n/).find((text) => text.includes("AND administrator AND"))!;
  const administrator = { account: "111122223333", PermissionSetArn: ADMINISTRATOR_SET };
  const directory = mkdtempSync(join(tmpdir(), "machine-rows-"));
  try {
    const path = join(directory, "rows.jsonl.gz");
    writeFileSync(
      path,
      await fileOf([
        rowWith({ ...administrator, Username: "active" }),
        rowWith({ ...administrator, Username: "disabled", UserStatus: "DISABLED", RowStatus: "USER_DISABLED" }),
        rowWith({ ...administrator, Username: "", RowStatus: "USER_NOT_FOUND" }),
        rowWith({ ...administrator, Username: "", UserId: "", RowStatus: "EMPTY_GROUP" }),
        rowWith({ account: "111122223333", Username: "reader" }),
      ]),
    );
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(`CREATE VIEW newest_report_rows AS SELECT * FROM read_json('${path}')`);

    const answer = await connection.runAndReadAll(query);

    expect(answer.getRowObjects().map(({ Username, UserStatus }) => [Username, UserStatus])).toEqual([
      ["active", "ENABLED"],
      ["disabled", "DISABLED"],
    ]);
    connection.closeSync();
  } finally {
    rmSync(directory, { recursive: true });
  }
});

describe("publishedRows", () => {
  it("is a partition's text file with the address of the rows", () => {
    const folder = "credential_reports/2026-11-22T120000Z-run-1/";

    expect(publishedRows("bucket", folder, "run-1", NOW)).toEqual({
      key: "credential_reports/rows/dt=2026-11-22/run-1.txt",
      body: "s3://bucket/credential_reports/2026-11-22T120000Z-run-1/rows.jsonl.gz\n",
    });
  });
});
