import type { Evidence } from "../logins/logins";
import type { RunStatus } from "../model";
import { daysBetween } from "../times";
import type { Changes, GivenWay, GrantedAndRevoked, News } from "./changes/changes";
import { COLUMNS, type Row } from "./columns";
import { createCsvWriter } from "./csv/csv";
import { createMachineRows } from "./machineRows";
import type { DecidedFacts, PreviousReport, RunFacts } from "./manifest";
import { REPORT_FILE } from "./names";
import { type NotCovered, notCoveredText } from "./notCovered";
import { createPage, type GivenBetween, type GivenGrant, type PageContext } from "./page/page";
import { countPeople } from "./people";
import type { ReportFile } from "./reportFile";
import { createReview, createWorkbooks, type Decisions } from "./review/review";
import { administratorArns, administratorReasons, type RowSources } from "./rows";
import { createUnexplainedLogins } from "./unexplainedLogins";

/** What the files of a report are made with, besides the rows. */
export interface FileContext {
  readonly sources: RowSources;
  readonly evidence: Evidence;
  readonly facts: RunFacts;
  readonly status: RunStatus;
  /** Those of the run and those of what it took over; asked once every row has been seen by every file. */
  warnings(): readonly string[];
  readonly previousReport: PreviousReport;
  readonly changes: Changes | null;
  readonly decisions: Decisions;
  readonly notCovered: readonly NotCovered[];
}

/** The files of a report, and what the manifest says of what they found. */
export interface ReportContents {
  readonly files: readonly ReportFile[];
  /** Known after the end of all files. */
  decided(): DecidedFacts;
  news(): News | null;
}

/** The files of a report, in the order in which they are written; the page last, since it shows what the others found. */
export function reportFiles(context: FileContext): ReportContents {
  const { sources, evidence, facts, changes, decisions } = context;
  const review = createReview({
    ...{ sources, evidence, decisions, workbooks: createWorkbooks() },
    granted: changes?.granted,
  });
  const files: (ReportFile | null)[] = [
    csvReport(),
    changes,
    review,
    createUnexplainedLogins(sources, evidence),
    createMachineRows(sources, facts.runId),
    createPage({ ...pageContext(context, () => review.outcome.stillThere), advice: review.advice }),
  ];
  return {
    files: files.filter((file) => file !== null),
    decided: () => ({
      ...review.outcome,
      problem: decisions.problem,
      files: decisions.files.map((file, index) => ({ ...file, ...review.outcomeOfFiles[index]! })),
    }),
    news: () =>
      changes === null || changes.refused() !== null
        ? null
        : {
            newAdministrators: changes.newAdministrators,
            newOrphans: changes.newOrphans,
            changes: comparedCounts(changes.counts, context),
          },
  };
}

function csvReport(): ReportFile {
  const csv = createCsvWriter(COLUMNS);
  let count = 0;
  return {
    name: REPORT_FILE,
    contentType: "text/csv; charset=utf-8",
    begin: csv.header,
    rows(batch) {
      count += batch.length;
      return csv.lines(batch);
    },
    end: () => "",
    recordCount: () => count,
  };
}

function pageContext(context: FileContext, decidedNotDone: () => number): Omit<PageContext, "advice"> {
  const { sources, facts, status, warnings, previousReport, changes, notCovered: leftOut } = context;
  const { settings, collection, logins } = sources;
  const { now, ...settingsButNow } = settings;
  return {
    run: {
      runId: facts.runId,
      region: facts.region,
      now,
      status,
      get warnings() {
        return warnings();
      },
      newAccessDays: settings.newAccessDays,
      observed: logins.observed,
      windowFrom: logins.windowFrom,
      windowTo: logins.windowTo,
      windowDays: daysBetween(logins.windowFrom, logins.windowTo),
      observedFrom: logins.observedFrom,
      regions: logins.regions,
      notCovered: leftOut.map(notCoveredText),
      accountsInOrganization: collection.accounts?.length ?? null,
      settings: settingsButNow,
    },
    administratorArns: administratorArns(sources),
    administratorReasons: administratorReasons(sources),
    // With people as the manifest counts them: the page's own point is what later reports read there.
    trend: () => ({
      ...(facts.trend ?? { points: [], reason: null }),
      administrators: countPeople(sources).administrators,
      decidedNotDone: decidedNotDone(),
    }),
    changes() {
      const none = { first: [], count: 0 };
      const refused = changes === null ? previousReport.reason : changes.refused();
      return changes === null || refused !== null
        ? { since: null, reason: refused ?? "there is no earlier report", counts: {}, given: none, between: none }
        : {
            since: previousReport.reportedAt,
            reason: null,
            counts: comparedCounts(changes.counts, context),
            given: { first: changes.given.first.map(shownWay), count: changes.given.count },
            between: { first: changes.between.slice(0, MOST_SHOWN).map(shownBetween), count: changes.between.length },
          };
    },
  };
}

/** As many as people read on a page. */
const MOST_SHOWN = 50;

function shownWay({ row, by, rows }: GivenWay): GivenGrant {
  return { ...shownAssignment(row), by, rows };
}

function shownBetween({ row, by, revokedAt, revokedBy }: GrantedAndRevoked): GivenBetween {
  return { ...shownAssignment(row), by, revokedAt, revokedBy };
}

function shownAssignment(row: Row) {
  const group = row.Type === "GROUP";
  const role = row.RoleArn && `role ${row.RoleArn.slice(row.RoleArn.indexOf("/") + 1)}`;
  return {
    account: row.AccountName || row.account,
    permissionSet: row.PermissionSetName || row.PermissionSetArn || role,
    group,
    principal: group ? row.GroupName || row.GroupId : row.Username || row.UserId,
    at: row.AssignedAt,
  };
}

/** A kind that was not compared, or not looked for, is left out: 0 would say that there is none. */
function comparedCounts(
  { NOW_UNUSED, USED_AGAIN, GRANTED_AND_REVOKED, ...others }: Changes["counts"],
  { previousReport, sources }: FileContext,
): Record<string, number> {
  return {
    ...others,
    ...(sources.logins.source === "read" && { GRANTED_AND_REVOKED }),
    ...(previousReport.usageCompared && { NOW_UNUSED, USED_AGAIN }),
  };
}
