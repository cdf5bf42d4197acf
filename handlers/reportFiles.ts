import type { Changes } from "./changes";
import { createCsvWriter } from "./csv";
import type { Decisions } from "./decisions";
import { REPORT_FILE } from "./fileNames";
import { createMachineRows } from "./machineRows";
import type { RunFacts } from "./manifest";
import { COLUMNS, type Row, type RunStatus } from "./model";
import { createPage } from "./page/page";
import type { PreviousReport } from "./previousReport";
import { createReview } from "./review";
import type { RowSources } from "./rows";
import { createUnexplainedLogins } from "./unexplainedLogins";

export type Content = string | Buffer;

/** A file of the report that is written while the rows go by, once and in order. */
export interface ReportFile {
  /** Below the run's folder. */
  readonly name: string;
  readonly contentType: string;
  begin(): Content;
  /** What the file says of a batch of rows, which may be nothing; what may be long comes in pieces. */
  rows(batch: readonly Row[]): Content | Promise<Content> | AsyncIterable<Content>;
  /** Called once every row of every file has been seen, in the order of the files. */
  end(): Content | Promise<Content> | AsyncIterable<Content>;
  /** Why the file is not to be published after all; `null` where it is. Asked after the end. */
  refused?(): string | null;
  /** Records of a CSV file, without its header, or lines of a JSON Lines file; asked after the end. */
  recordCount?(): number;
}

/** What the files of a report are made with, besides the rows. */
export interface FileContext {
  readonly sources: RowSources;
  readonly facts: RunFacts;
  readonly status: RunStatus;
  /** Those of the run and those of what it took over. */
  readonly warnings: readonly string[];
  readonly previousReport: PreviousReport;
  readonly changes: Changes | null;
  readonly decisions: Decisions;
}

/** The files of a report, in the order in which they are written; the page last, since it shows what the others found. */
export function reportFiles(context: FileContext): ReportFile[] {
  const { sources, facts, changes, decisions } = context;
  const reviewerPattern = sources.settings.reviewerPattern;
  const files: (ReportFile | null)[] = [
    csvReport(),
    changes,
    createReview({ sources, reviewerPattern, decisions }),
    createUnexplainedLogins(sources),
    createMachineRows(sources, facts.runId),
    createPage(pageContext(context)),
  ];
  return files.filter((file) => file !== null);
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

function pageContext({ sources, facts, status, warnings, previousReport, changes }: FileContext) {
  const { settings, plan, collection, logins } = sources;
  return {
    run: {
      runId: facts.runId,
      now: settings.now,
      status,
      warnings,
      lookbackDays: settings.lookbackDays,
      newAccessDays: settings.newAccessDays,
      observed: logins.observed,
      windowFrom: logins.windowFrom,
      windowTo: logins.windowTo,
      observedFrom: logins.observedFrom,
      accountsInOrganization: collection.accounts?.length ?? null,
    },
    administratorArns: plan.permissionSets.filter((set) => set.administrator).map((set) => set.arn),
    changes() {
      const refused = changes === null ? previousReport.reason : changes.refused();
      return changes === null || refused !== null
        ? { since: null, reason: refused ?? "there is no earlier report", counts: {} }
        : {
            since: previousReport.reportedAt,
            reason: null,
            counts: comparedCounts(changes.counts, previousReport.usageCompared),
          };
    },
  };
}

/** A kind that was not compared is left out: 0 would say that there is none. */
function comparedCounts(counts: Changes["counts"], usageCompared: boolean): Record<string, number> {
  const { NOW_UNUSED, USED_AGAIN, ...others } = counts;
  return usageCompared ? { ...others, NOW_UNUSED, USED_AGAIN } : others;
}
