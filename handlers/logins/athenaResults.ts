import { type AthenaClient, GetQueryResultsCommand, type Row } from "@aws-sdk/client-athena";
import { type AwsClient, allPages, type Caller } from "../aws/aws";
import { reportError } from "../errors";
import type { Progress } from "../model";
import { TRAIL_COLUMNS } from "./athenaQuery";
import { createRowReader, type QueryRow, type ToldByRows, toldBy } from "./queryRows";
import type { LoginWindow } from "./source";

/** A Region and a UTC day (`yyyy-MM-dd`) of which the table has what proves that it was recorded. */
export interface ObservedDay {
  readonly event: "observed day";
  readonly id: string;
  readonly region: string;
  readonly day: string;
}

type TrailRow = QueryRow | ObservedDay | { readonly event: "header"; readonly id: "" };

/** What the rows of a query tell, and of which days. */
export interface TrailRows extends ToldByRows {
  readonly days: readonly ObservedDay[];
}

/** GetQueryResults, with its rows where all pages have their list. */
interface RowsCommand {
  readonly schema?: readonly unknown[];
  resolveMiddleware(...given: never[]): (given: never) => Promise<{ output: { Rows?: Row[]; NextToken?: string } }>;
}

/** Reads every page of a query that SUCCEEDED. Repeated rows count once; a missing row is an error. */
export async function readTrailRows(
  QueryExecutionId: string,
  window: LoginWindow,
  athena: AthenaClient,
  call: Caller,
  progress: Progress,
): Promise<TrailRows> {
  const columns = TRAIL_COLUMNS;
  const { rowOf, idOf, unexpected } = createRowReader(QueryExecutionId, window);
  let total: number | null = null;

  const client: AwsClient<RowsCommand> = {
    config: athena.config as never,
    async send(command, options) {
      const answer = await athena.send(command as unknown as GetQueryResultsCommand, options);
      return { ...answer, Rows: answer.ResultSet?.Rows };
    },
  };

  /** A null has no VarCharValue, and none of the columns is ever null. */
  function trailRowOf({ Data }: Row): TrailRow {
    if (!Array.isArray(Data) || Data.length !== columns.length) {
      throw unexpected("a row", Data, `${columns.length} cells`);
    }
    const cells: Record<string, string | undefined> = {};
    let isHeader = true;
    for (let index = 0; index < columns.length; index++) {
      const value = Data[index]?.VarCharValue;
      cells[columns[index]!] = value;
      isHeader &&= value === columns[index];
    }
    if (isHeader) return { event: "header", id: "" };
    const { observed_day: day = "", observed_region: region = "" } = cells;
    if (day === "") return rowOf(cells);
    if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw unexpected("a day", day, 'one like "2026-06-11"');
    return { event: "observed day", id: `${region} ${day}`, region, day };
  }

  /** How many rows the whole answer has: each of them says so; `null` where there is the header alone. */
  function countIn({ Rows = [] }: { readonly Rows?: readonly Row[] }): number | null {
    const said = Rows.at(-1)?.Data?.[columns.indexOf("row_count")]?.VarCharValue;
    if (said === undefined || said === "row_count") return null;
    const rows = Number(said);
    if (!Number.isInteger(rows) || rows < 1) throw unexpected("a number of rows", said, "one from 1 on");
    return rows;
  }

  const all = await allPages(call, client, {
    command: (NextToken) =>
      new GetQueryResultsCommand({ QueryExecutionId, MaxResults: 1000, NextToken }) as unknown as RowsCommand,
    list: "Rows",
    itemOf: (row) => trailRowOf(row as Row),
    idOf,
    keptAs: `logins of ${QueryExecutionId}`,
    figureOf: countIn,
    onPage: (count, said) => {
      total = said ?? total;
      progress("logins", count, total);
    },
  });

  const rows: QueryRow[] = [];
  const days: ObservedDay[] = [];
  for (const row of all) {
    if (!("event" in row)) rows.push(row);
    else if (row.event === "observed day") days.push(row);
    else if (row.event !== "header") rows.push(row);
  }
  const count = rows.length + days.length;
  if (count !== (total ?? 0)) {
    throw reportError(
      "IncompleteAnswer",
      `The login query ${QueryExecutionId} has ${total ?? 0} rows, but ${count} came.`,
    );
  }
  return { ...toldBy(rows), days };
}
