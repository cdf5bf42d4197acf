import { randomUUID } from "node:crypto";
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetTableMetadataCommand,
  GetWorkGroupCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
  type WorkGroup,
} from "@aws-sdk/client-athena";
import { DescribeInstanceCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { type Caller, type ClientOptions, clientSettings, createMustBe } from "../aws/aws";
import { messageOf, reportError } from "../errors";
import type { Progress, Settings } from "../model";
import { parseTrailTable, type TrailTableName } from "../settings";
import { type TrailQuery, trailQuery } from "./athenaQuery";
import { observedOf, regionsLeft } from "./athenaRegions";
import { readTrailRows, type TrailRows } from "./athenaResults";
import { type TrailLayout, trailLayoutOf } from "./athenaTable";
import { createWindowSums } from "./quarterSums";
import { queryPartOf } from "./queryRows";
import type { LoginSource, LoginWindow } from "./source";

/** A query under way. */
export interface TrailReading {
  readonly queryId: string;
  readonly window: LoginWindow;
  readonly regions: readonly string[];
  readonly layout: TrailLayout;
  readonly ownerAccountId: string;
}

interface ReadQuery {
  readonly rows: TrailRows;
  readonly bytesScanned: number | null;
}

/**
 * The trail's own files as the login source: one query of Athena's over a table of the user's, of which nothing is made or changed; and another one
 * for the Regions from which the instance was removed, where it tells of any and their files are apart. What the table has proves what was recorded,
 * since nobody can say what a bucket had in it.
 *
 * @param own how the run itself calls AWS, where the table is asked for with other credentials
 */
export function createAthenaSource(
  { trailTable, trailWorkgroup, instanceArn }: Pick<Settings, "trailTable" | "trailWorkgroup" | "instanceArn">,
  options: ClientOptions,
  own: ClientOptions = options,
): LoginSource<TrailReading> {
  const FIRST_POLL_MS = 100;
  const LONGEST_POLL_MS = 5_000;
  const SLOWER = 1.6;
  const athena = new AthenaClient(clientSettings(options));
  const ssoAdmin = new SSOAdminClient(clientSettings(own));
  const name = parseTrailTable(trailTable) ?? { catalog: "", database: "", table: "", full: trailTable };
  const mustBe = createMustBe();
  /** Of this process: a query that is under way, and the one that it has led to. */
  const followedBy: Record<string, string> = {};

  /** The account in which logins are recorded. */
  function ownerAccountId(call: Caller): Promise<string> {
    return call(ssoAdmin, new DescribeInstanceCommand({ InstanceArn: instanceArn }), (answer) =>
      mustBe.accountId("OwnerAccountId", answer.OwnerAccountId),
    );
  }

  async function layoutOf(table: TrailTableName, call: Caller): Promise<TrailLayout> {
    const { catalog: CatalogName, database: DatabaseName, table: TableName } = table;
    const command = new GetTableMetadataCommand({ CatalogName, DatabaseName, TableName, WorkGroup: trailWorkgroup });
    const metadata = await call(athena, command, ({ TableMetadata }) => {
      if (TableMetadata !== undefined) return TableMetadata;
      throw reportError("UnexpectedAnswer", "TableMetadata: expected a table's definition, got nothing");
    }).catch((error) => {
      if ((error as Error).name !== "MetadataException") throw error;
      if (/not authorized|access ?denied/i.test((error as Error).message)) {
        const what = `Athena may not read the definition of table ${table.full} for who asks (${messageOf(error)}).`;
        throw reportError("TrailTableNotReadable", `${what} Allow glue:GetTable and glue:GetDatabase on it.`, error);
      }
      throw reportError(
        "TrailTableNotFound",
        `Athena knows no table ${table.full} in this account and Region (${messageOf(error)}). Look at Athena → Query editor → Data.`,
        error,
      );
    });
    return trailLayoutOf(table, metadata);
  }

  async function workGroup(call: Caller): Promise<WorkGroup> {
    const group = await call(athena, new GetWorkGroupCommand({ WorkGroup: trailWorkgroup }), (answer) => {
      if (answer.WorkGroup !== undefined) return answer.WorkGroup;
      throw reportError("UnexpectedAnswer", "WorkGroup: expected one, got nothing");
    });
    const { State, Configuration: { ResultConfiguration, ManagedQueryResultsConfiguration } = {} } = group;
    if (State === "DISABLED") {
      throw reportError(
        "WorkGroupNotUsable",
        `The Athena workgroup ${trailWorkgroup} is disabled. Enable it under Athena → Workgroups, or name another one (trailWorkgroup).`,
      );
    }
    if (ManagedQueryResultsConfiguration?.Enabled !== true && !ResultConfiguration?.OutputLocation) {
      throw reportError(
        "WorkGroupNotUsable",
        `The Athena workgroup ${trailWorkgroup} has no place for results. Under Athena → Workgroups set its query result location, or let Athena manage the results, or name another workgroup (trailWorkgroup).`,
      );
    }
    return group;
  }

  /** A table of another account's files has no logins; one without partitions is read whole, which must not come as a surprise. */
  function refuseUnlessFit({ account, day }: TrailLayout, owner: string, { Configuration }: WorkGroup): void {
    if (account !== null && "value" in account && account.value !== owner) {
      throw reportError(
        "NoTrailTable",
        `The table ${trailTable} reads the files of account ${account.value}, and logins are recorded in account ${owner}, which owns the IAM Identity Center instance. Name a table over that account's files.`,
      );
    }
    if (day !== null || (Configuration?.BytesScannedCutoffPerQuery ?? 0) > 0) return;
    throw reportError(
      "TrailTableNotPartitioned",
      `The table ${trailTable} has no partitions by day that are understood, so each report would read all files of the trail, at $5 per TB (us-east-1, November 2026). ` +
        `Give it partitions (docs/logins.md), or say what a query may cost: set the data limit per query of the workgroup ${trailWorkgroup}, and the table is read as it is.`,
    );
  }

  /** @param ClientRequestToken the same for every attempt of a run, so that a call whose answer was lost starts no second query */
  function start(asked: Omit<TrailQuery, "name">, ClientRequestToken: string, call: Caller): Promise<string> {
    const QueryString = trailQuery({ name, ...asked });
    const command = new StartQueryExecutionCommand({ QueryString, ClientRequestToken, WorkGroup: trailWorkgroup });
    return call(athena, command, (answer) => mustBe.id("QueryExecutionId", answer.QueryExecutionId));
  }

  /** What the query billed, once it succeeded; the state that it still has, where `untilMs` comes first. */
  async function waitFor(QueryExecutionId: string, untilMs: number, call: Caller) {
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LONGEST_POLL_MS, pollMs * SLOWER)) {
      const { state, why, bytesScanned } = await call(
        athena,
        new GetQueryExecutionCommand({ QueryExecutionId }),
        ({ QueryExecution: { Status, Statistics } = {} }) => ({
          state: mustBe.id("QueryExecution.Status.State", Status?.State),
          why: Status?.AthenaError,
          said: Status?.StateChangeReason,
          bytesScanned: Statistics?.DataScannedInBytes ?? null,
        }),
      ).then(({ said, why: error, ...rest }) => ({ ...rest, why: whyFailed(error, said) }));
      if (state === "SUCCEEDED") return { finished: true, bytesScanned };
      if (state !== "QUEUED" && state !== "RUNNING") {
        throw reportError(
          "QueryFailed",
          `The login query ${QueryExecutionId} ended as ${state}${why}. Its partial results were discarded.`,
        );
      }
      if (Date.now() + pollMs > untilMs) return { finished: false, state };
      await call.sleep(pollMs);
    }
  }

  /** What a query has told, and billed; what it waits for, where `untilMs` comes first. */
  async function resultOf(
    queryId: string,
    window: LoginWindow,
    untilMs: number,
    call: Caller,
    progress: Progress,
  ): Promise<{ readonly waiting: string } | ReadQuery> {
    const finishes = () => waitFor(queryId, untilMs, call);
    const query = await call.once("login query", queryId, finishes, ({ finished }) => finished);
    if (!query.finished) return { waiting: `The login query ${queryId} was still ${query.state}` };
    const rows = await readTrailRows(queryId, window, athena, call, progress);
    return { rows, bytesScanned: query.bytesScanned ?? null };
  }

  return {
    // https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
    grants: { "athena:*": 5, "athena:GetQueryExecution": 100, "athena:GetQueryResults": 100 },

    async begin(window, { regions }, call, read) {
      const [group, layout, owner] = await Promise.all([workGroup(call), layoutOf(name, call), ownerAccountId(call)]);
      refuseUnlessFit(layout, owner, group);
      const token = await call.once("logins", "query token", async () => randomUUID());
      const queryId = await start({ layout, window, ownerAccountId: owner, regions, read }, token, call);
      return {
        window,
        observedFrom: window.from,
        reason: null,
        reading: { queryId, window, regions, layout, ownerAccountId: owner },
        queryId,
      };
    },

    async goOn(reading, untilMs, call, progress) {
      const { queryId, window, layout, ownerAccountId } = reading;
      const first = await resultOf(queryId, window, untilMs, call, progress);
      if ("waiting" in first) return { done: false, reading, ...first };
      const read = [first];
      const regions = regionsLeft(layout, reading.regions, first.rows.removedRegions);
      if (regions.length > 0) {
        const token = `removed-regions-after-${queryId}`;
        const asked = { layout, window, ownerAccountId, regions };
        const nextId = await call.once("login query", token, () => start(asked, token, call));
        followedBy[queryId] = nextId;
        const next = await resultOf(nextId, window, untilMs, call, progress);
        if ("waiting" in next) return { done: false, reading, ...next };
        read.push(next);
      }
      const scanned = read.map(({ bytesScanned }) => bytesScanned);
      const { removedRegions, days, ...told } = together(read.map(({ rows }) => rows));
      const observed = observedOf(window, layout, { asked: [...reading.regions, ...regions], removedRegions, days });
      return {
        done: true,
        part: {
          ...queryPartOf(told),
          ...observed,
          bytesScanned: scanned.reduce((sum, bytes) => (sum === null || bytes === null ? null : sum + bytes), 0),
        },
      };
    },

    async giveUp({ queryId }) {
      // Not through `call`, which ends with the run: one attempt, a second at most.
      const stop = new StopQueryExecutionCommand({ QueryExecutionId: followedBy[queryId] ?? queryId });
      await athena.send(stop, { abortSignal: AbortSignal.timeout(800) }).catch(() => {}); // it had ended already, or Athena ends it by itself
    },
  };
}

/** What several queries tell, of which each has read other Regions: there may be rows of one user, account and role in each. */
function together(read: readonly TrailRows[]): TrailRows {
  const [only] = read;
  if (read.length === 1 && only !== undefined) return only;
  const sums = createWindowSums();
  for (const rows of read) sums.add(rows);
  return {
    logins: sums.logins(),
    assignments: sums.assignments(),
    removedRegions: [...new Set(read.flatMap(({ removedRegions }) => removedRegions))].sort(),
    days: read.flatMap(({ days }) => days),
  };
}

/** What Athena says of a query that did not succeed: a clause, empty where it says nothing. */
function whyFailed(
  error:
    | {
        readonly ErrorCategory?: number | undefined;
        readonly Retryable?: boolean | undefined;
        readonly ErrorMessage?: string | undefined;
      }
    | undefined,
  said: string | undefined,
): string {
  const CATEGORIES = [
    "",
    "an error of Athena's own",
    "an error in what it was asked, or of the table",
    "another error",
  ];
  const words = [
    CATEGORIES[error?.ErrorCategory ?? 0] ?? `an error of category ${error?.ErrorCategory}`,
    error?.Retryable === true ? "which may pass: run the report again" : "",
  ].filter((text) => text !== "");
  const what = words.length === 0 ? "" : `, with ${words.join(" ")}`;
  const message = (error?.ErrorMessage ?? said ?? "").replace(/\.$/, "");
  return message === "" ? what : `${what}: ${message}`;
}
