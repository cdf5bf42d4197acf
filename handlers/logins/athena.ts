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
import type { ObservedRegion, Settings } from "../model";
import { parseTrailTable, type TrailTableName } from "../settings";
import { trailQuery } from "./athenaQuery";
import { readTrailRows } from "./athenaResults";
import { type TrailLayout, trailLayoutOf } from "./athenaTable";
import { observedInDays } from "./observedDays";
import type { LoginSource, LoginWindow } from "./source";

/** A query under way. */
export interface TrailReading {
  readonly queryId: string;
  readonly window: LoginWindow;
  readonly regions: readonly string[];
  readonly layout: TrailLayout;
}

/**
 * The trail's own files as the login source: one query of Athena's over a table of the user's, of which nothing is made or changed. What the table
 * has proves what was recorded, since nobody can say what a bucket had in it.
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

  return {
    // https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
    grants: { "athena:*": 5, "athena:GetQueryExecution": 100, "athena:GetQueryResults": 100 },

    async begin(window, { regions }, call, read) {
      const [group, layout, owner] = await Promise.all([workGroup(call), layoutOf(name, call), ownerAccountId(call)]);
      refuseUnlessFit(layout, owner, group);
      const QueryString = trailQuery({ name, layout, window, ownerAccountId: owner, regions, read });
      // The same for every attempt of this run, so that a call whose answer was lost starts no second query.
      const ClientRequestToken = await call.once("logins", "query token", async () => randomUUID());
      const start = new StartQueryExecutionCommand({ QueryString, ClientRequestToken, WorkGroup: trailWorkgroup });
      const queryId = await call(athena, start, (answer) => mustBe.id("QueryExecutionId", answer.QueryExecutionId));
      return {
        window,
        observedFrom: window.from,
        reason: null,
        reading: { queryId, window, regions, layout },
        queryId,
      };
    },

    async goOn(reading, untilMs, call, progress) {
      const { queryId, window, layout } = reading;
      const finishes = () => waitFor(queryId, untilMs, call);
      const query = await call.once("login query", queryId, finishes, ({ finished }) => finished);
      if (!query.finished) {
        return { done: false, reading, waiting: `The login query ${queryId} was still ${query.state}` };
      }
      const { days, removedRegions, ...logins } = await readTrailRows(queryId, window, athena, call, progress);
      const expected = [...new Set([...reading.regions, ...removedRegions])].sort();
      const regions = expected.map((region): ObservedRegion => {
        const why = whyNotRead(region, layout, reading.regions);
        if (why !== null) return { region, from: null, to: window.to, reason: why };
        const proved = new Set(days.filter((one) => one.region === region).map(({ day }) => day));
        return observedInDays(region, window, proved);
      });
      const reasons = regions.flatMap(({ region, reason }) => (reason === null ? [] : [`in ${region}, ${reason}`]));
      const hint =
        "(a day is proved by a read-only event: a trail of write events only has none, nor has a partition that was not added, that the projection does not reach, or whose files were deleted)";
      const reason = reasons.length === 0 ? null : `${reasons.join("; ")} ${hint}`;
      return { done: true, part: { ...logins, regions, reason, bytesScanned: query.bytesScanned ?? null } };
    },

    async giveUp({ queryId }) {
      // Not through `call`, which ends with the run: one attempt, a second at most.
      await athena
        .send(new StopQueryExecutionCommand({ QueryExecutionId: queryId }), { abortSignal: AbortSignal.timeout(800) })
        .catch(() => {}); // it had ended already, or Athena ends it by itself
    },
  };
}

/** Why a Region was not read at all: a clause; `null` where it was. */
function whyNotRead(region: string, { region: place }: TrailLayout, asked: readonly string[]): string | null {
  if (region === "") return "a Region of the instance was removed, and the event does not tell which";
  if (place !== null && "value" in place && place.value !== region) {
    return `nothing was read: the table has the files of ${place.value} alone`;
  }
  if (place !== null && "key" in place && asked.length > 0 && !asked.includes(region)) {
    return "nothing was read: the instance was removed from there in the window, which only the query itself told";
  }
  return null;
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
