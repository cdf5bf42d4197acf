import { PAGE_FILE } from "../names";
import type { ReportFile } from "../reportFile";
import type { Advice } from "../review/review";
import { pageEnd, pageStart } from "./document";
import { createFigures } from "./figures";
import { createGroupRanking } from "./groupRanking";
import { createHeatMap } from "./heatMap";
import type { PageChanges, PageData, PageRun, PageTrend } from "./pageData";
import { type BesideRows, createPageTable, PAGE_ROW_LIMIT } from "./pageTable";

export { pageAssets } from "./document";
export type { ActionCounts, GivenBetween, GivenGrant, PageRun } from "./pageData";

/** What the page needs besides the rows. */
export interface PageContext extends Pick<BesideRows, "administratorArns" | "administratorReasons"> {
  readonly run: PageRun;
  /** What the sheet says should be done about the rows; asked after the end of the sheet. */
  readonly advice: Advice;
  /** The figures of the reports before, and those of this one that the page does not count itself. Asked after the end of the other files. */
  trend(): PageTrend;
  /** Asked once every row has been seen by every file. */
  changes(): PageChanges;
  /** How many rows the page may hold; for tests. @default PAGE_ROW_LIMIT */
  readonly rowLimit?: number;
}

/** `report.html`: one file that shows the report and needs nothing else, no network least of all. */
export function createPage(context: PageContext): ReportFile {
  const { run, administratorArns, administratorReasons, advice } = context;
  const figures = createFigures(administratorArns, run.windowDays);
  const heatMap = createHeatMap();
  const groups = createGroupRanking();
  const table = createPageTable(
    { administratorArns, administratorReasons, adviceOf: advice.of },
    context.rowLimit ?? PAGE_ROW_LIMIT,
  );
  const gatherers = [figures, heatMap, groups, table];

  return {
    name: PAGE_FILE,
    contentType: "text/html; charset=utf-8",
    begin: () => pageStart(),
    rows(batch) {
      for (const gatherer of gatherers) gatherer.add(batch);
      return "";
    },
    end() {
      const data: PageData = {
        run,
        ...figures.result(),
        actions: advice.counts(),
        removableRows: advice.removableRows(),
        trend: context.trend(),
        ...heatMap.result(),
        groups: groups.result(),
        changes: context.changes(),
        table: table.result(),
      };
      return pageEnd(data);
    },
  };
}
