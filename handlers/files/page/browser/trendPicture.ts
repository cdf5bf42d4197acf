import type { ChartConfiguration } from "chart.js";
import type { PageData, PageTrendPoint } from "../pageData";
import type { Picture } from "./charts";
import { textTable } from "./dom";
import { formatCount, formatCounted, formatDay } from "./format";
import type { Theme } from "./theme";

/** Told apart by dashes and points, too. Grants are many times as many as people: they have a scale of their own, above the others'. */
const LINES = [
  ["grants", "Grants", "ink", [], "circle", "many"],
  ["unused", "Unused", "unused", [], "rect", "many"],
  ["people", "People", "used", [], "triangle", "few"],
  ["administrators", "Administrators", "tooNew", [6, 3], "rectRot", "few"],
  ["orphaned", "Orphaned", "muted", [2, 3], "cross", "few"],
  ["decidedNotDone", "Decided, not done", "accent", [8, 2, 2, 2], "star", "few"],
] as const satisfies readonly (readonly [
  keyof PageTrendPoint,
  string,
  keyof Theme,
  readonly number[],
  string,
  string,
])[];

const scale = {
  stack: "lines",
  beginAtZero: true,
  offset: true,
  ticks: { precision: 0, maxTicksLimit: 4 },
  border: { display: false },
} as const;

/** The figures of this report and of those before it, as lines. */
export function trendPicture({ trend, figures, run }: PageData): Picture {
  const now: PageTrendPoint = {
    now: run.now,
    people: figures.people,
    grants: figures.grants,
    unused: run.observed ? figures.unused : null,
    administrators: trend.administrators,
    orphaned: figures.orphaned,
    decidedNotDone: trend.decidedNotDone,
  };
  const points = [...trend.points, now];
  const lines = LINES.filter(([figure]) => points.some((point) => point[figure] !== null));
  const none = trend.points.length === 0;
  return {
    id: "trend",
    title: "Over time",
    text: none
      ? trend.reason === null
        ? "There is no earlier report: the lines begin with this one."
        : `Earlier reports could not be read: ${trend.reason}.`
      : `${formatCounted(points.length, "report")} since ${formatDay(points[0]!.now)}. A line has a gap where a report does not have the figure. Administrators are counted as people.`,
    height: none ? null : 340,
    wide: true,
    table: textTable(
      ["As of", ...lines.map(([, title]) => title)],
      points.map((point) => [
        formatDay(point.now),
        ...lines.map(([figure]) => {
          const count = point[figure];
          return count === null ? "not known" : formatCount(count);
        }),
      ]),
    ),
    config: (theme): ChartConfiguration<"line", (number | null)[]> => ({
      type: "line",
      data: {
        labels: points.map((point) => formatDay(point.now)),
        datasets: lines.map(([figure, label, colour, dash, pointStyle, yAxisID]) => ({
          yAxisID,
          label,
          data: points.map((point) => point[figure]),
          borderColor: theme[colour] as string,
          backgroundColor: theme[colour] as string,
          borderDash: [...dash],
          pointStyle,
          borderWidth: 2,
          pointRadius: 3,
        })),
      },
      options: {
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { position: "bottom", align: "start", labels: { usePointStyle: true, color: theme.ink } },
        },
        scales: {
          x: { grid: { display: false } },
          // The first of a stack stands at the bottom.
          few: scale,
          many: scale,
        },
      },
    }),
  };
}
