import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { COLUMNS, type ColumnKind, MACHINE_COLUMNS, PAGE_COLUMNS, type Row } from "../../handlers/files/columns";
import { createMachineRows } from "../../handlers/files/machineRows";
import { decodeRows } from "../../handlers/files/page/browser/rows";
import { createPageTable } from "../../handlers/files/page/pageTable";
import { administratorArns } from "../../handlers/files/rows";
import { rowSources } from "../oracle/sources";
import { allRows, rowWith, sourcesOf } from "../support/reportRows";

// What does not follow from the table of columns, because it is literal for speed or written for people, says the same.

const textOf = (path: string) => readFileSync(join(__dirname, "../..", path), "utf8");

const kindOf = Object.fromEntries(PAGE_COLUMNS.map(({ name, kind }) => [name, kind]));

const FORMS: Readonly<Record<ColumnKind, RegExp>> = {
  text: /^/,
  word: /^[A-Z_]*$/,
  instant: /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?$/,
  count: /^\d*$/,
  flag: /^(true)?$/,
};

test("cells of the report have the form of their column's kind", () => {
  fc.assert(
    fc.property(rowSources, (sources) => {
      for (const row of allRows(sources)) {
        expect(Object.keys(row)).toEqual(COLUMNS);
        const others = COLUMNS.filter((column) => !FORMS[kindOf[column]!].test(row[column]));
        expect(row.Usage === "USED" ? others : others.filter((column) => column !== "LastLogin")).toEqual([]);
      }
    }),
  );
});

describe("rows.jsonl.gz", () => {
  const lineOf = async (row: Row): Promise<Record<string, unknown>> => {
    const file = createMachineRows(sourcesOf({}), "run-1");
    return JSON.parse(gunzipSync(Buffer.concat([await file.rows([row]), await file.end()])).toString("utf8"));
  };
  const types: Readonly<Record<ColumnKind, string>> = {
    text: "string",
    word: "string",
    instant: "string",
    count: "number",
    flag: "boolean",
  };

  it("has the columns in their order, each with values of its type", async () => {
    const full = rowWith();
    for (const column of COLUMNS) if (full[column] === "") full[column] = kindOf[column] === "count" ? "3" : "A";

    const line = await lineOf(full);

    expect(Object.entries(line).map(([name, value]) => [name, typeof value])).toEqual(
      MACHINE_COLUMNS.map(({ name, kind }) => [name, types[kind]]),
    );
  });

  it("has each cell of the row, or null where it is empty", async () => {
    // Those that no row is without.
    const { account, PermissionSetArn, PermissionSetName, PermissionSetDescription, Type } = rowWith();
    const always = { account, PermissionSetArn, PermissionSetName, PermissionSetDescription, Type };
    const empty = Object.fromEntries(COLUMNS.map((column) => [column, ""])) as Row;

    expect(await lineOf({ ...empty, ...always })).toMatchObject({
      ...Object.fromEntries(COLUMNS.map((column) => [column, null])),
      ...always,
    });
  });
});

test("the page shows the rows as they are, whichever columns they have", () => {
  fc.assert(
    fc.property(rowSources, (sources) => {
      const administrators = administratorArns(sources);
      const rows = allRows(sources);
      const advised = (row: Row) =>
        ({ action: row.Usage === "USED" ? "KEEP" : "REVIEW", reason: `Since ${row.MemberSince}.` }) as const;
      const reasons = Object.fromEntries(administrators.map((arn) => [arn, `the policy of ${arn}`]));
      const table = createPageTable(
        { administratorArns: administrators, administratorReasons: reasons, adviceOf: advised },
        1_000,
      );
      table.add(rows);

      const shown = decodeRows(JSON.parse(JSON.stringify(table.result())));

      expect(shown).toEqual(
        rows.map((row) => ({
          ...row,
          Administrator: administrators.includes(row.PermissionSetArn) ? "true" : "",
          AdministratorReason: reasons[row.PermissionSetArn] ?? "",
          SuggestedAction: advised(row).action,
          Reason: advised(row).reason,
        })),
      );
    }),
  );
});

test("docs/report.md explains every column, in the order of the CSV", () => {
  const text = textOf("docs/report.md");
  const section = text.slice(0, text.indexOf("`Usage` is the first"));
  const explained = [...section.matchAll(/^- (`[^:]+):/gm)].flatMap(([, cell]) => cell!.match(/\w+/g));

  expect(explained).toEqual(COLUMNS);
});

test("the statement in docs/athena.md creates the columns of the machine rows", () => {
  const statement = /CREATE EXTERNAL TABLE report_rows \((.*?)\)\n/s.exec(textOf("docs/athena.md"))![1]!;
  const created = statement.split(",").map((column) => column.replaceAll("`", "").trim());
  const types: Partial<Record<ColumnKind, string>> = { count: "int", flag: "boolean" };

  expect(created.sort()).toEqual(
    MACHINE_COLUMNS.map(({ name, kind }) => `${name.toLowerCase()} ${types[kind] ?? "string"}`).sort(),
  );
});
