import type { ChartConfiguration } from "chart.js";
import type { PageData, PageTrendPoint } from "../pageData";
import type { Picture } from "./charts";
import { textTable } from "./dom";
import { formatCount, formatCounted, formatDay } from "./format";
import type { Theme } from "./theme";

/** Told apart by dashes and points, too. */
const LINES = [
  ["grants", "Grants", "ink", [], "circle"],
  ["unused", "Unused", "unused", [], "rect"],
  ["people", "People", "used", [], "triangle"],
  ["administrators", "Administrators", "tooNew", [6, 3], "rectRot"],
  ["orphaned", "Orphaned", "muted", [2, 3], "cross"],
  ["decidedNotDone", "Decided, not done", "accent", [8, 2, 2, 2], "star"],
] as const satisfies readonly (readonly [keyof PageTrendPoint, string, keyof Theme, readonly number[], string])[];

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
        : `The reports before could not be read: ${trend.reason}.`
      : `${formatCounted(points.length, "report")} since ${formatDay(points[0]!.now)}. Where a report did not say, or could not observe, a line has a gap. Administrators are people.`,
    height: none ? null : 280,
    wide: true,
    table: textTable(
      ["State of", ...lines.map(([, title]) => title)],
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
        datasets: lines.map(([figure, label, colour, dash, pointStyle]) => ({
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
          y: { beginAtZero: true, ticks: { precision: 0, maxTicksLimit: 6 }, border: { display: false } },
        },
      },
    }),
  };
}
