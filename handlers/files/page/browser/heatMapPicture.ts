import type { ChartConfiguration } from "chart.js";
import type { MatrixDataPoint } from "chartjs-chart-matrix";
import type { HeatMap, UsageCounts } from "../pageData";
import type { Picture } from "./charts";
import { element, textTable } from "./dom";
import { formatCount, formatCounted, formatShare, isolated, shorten } from "./format";
import type { Theme } from "./theme";

const ROW_HEIGHT = 26;
const LEGEND = ["none unused", "up to 25 %", "up to 50 %", "up to 75 %", "more than 75 %"];

/** @param accountsInReport which may be more than anybody can enter */
export function heatMapPicture(heatMap: HeatMap, accountsInReport: number): Picture {
  const { accounts, permissionSets, cells } = heatMap;
  const named = (length: number) =>
    accounts.map(({ id, name }) => (name === "" ? id : `${isolated(shorten(name, length))} ${id}`));
  const rows = named(26);
  const fullNames = named(Number.POSITIVE_INFINITY);
  // Names may repeat; ids do not.
  const columns = permissionSets.map(({ id, name }) => ({ id, name }));
  const points = cells.map((cell) => ({ x: columns[cell.permissionSet]!.id, y: rows[cell.account]!, cell }));
  return {
    id: "heat-map",
    opens: (index) => {
      const { account, permissionSet } = cells[index]!;
      return { kind: "role", ids: [accounts[account]!.id, permissionSets[permissionSet]!.id, ""] };
    },
    title: "Accounts and permission sets: share of unused grants",
    text: heatMapText(heatMap, accountsInReport),
    height: rows.length === 0 ? null : 150 + rows.length * ROW_HEIGHT,
    wide: true,
    minWidth: 230 + columns.length * 30,
    legend: rows.length === 0 ? undefined : heatMapLegend(),
    table: textTable(
      ["Account", "Permission set", "Unused", "Too new", "Unknown", "Grants"],
      cells.map((cell) => [
        fullNames[cell.account]!,
        columns[cell.permissionSet]!.name,
        `${formatCount(cell.unused)} (${cell.unknown > 0 ? "unknown" : formatShare(cell.unused, cell.grants)})`,
        formatCount(cell.tooNew),
        formatCount(cell.unknown),
        formatCount(cell.grants),
      ]),
    ),
    config: (theme): ChartConfiguration<"matrix"> => ({
      type: "matrix",
      data: {
        datasets: [
          {
            data: points as unknown as MatrixDataPoint[],
            backgroundColor: points.map(({ cell }) => cellColour(cell, theme) as string),
            borderColor: theme.line,
            borderWidth: 1,
            width: ({ chart }) => Math.max(4, (chart.chartArea?.width ?? 0) / columns.length - 3),
            height: ({ chart }) => Math.max(4, (chart.chartArea?.height ?? 0) / rows.length - 3),
          },
        ],
      },
      options: {
        plugins: {
          legend: { display: false },
          tooltip: {
            displayColors: false,
            callbacks: {
              title: () => "",
              label: ({ dataIndex }) => {
                const { cell } = points[dataIndex]!;
                return [fullNames[cell.account]!, columns[cell.permissionSet]!.name, cellText(cell)];
              },
            },
          },
        },
        scales: {
          x: {
            type: "category",
            labels: columns.map(({ id }) => id),
            position: "top",
            offset: true,
            grid: { display: false },
            border: { display: false },
            ticks: {
              color: theme.ink,
              autoSkip: false,
              minRotation: 45,
              maxRotation: 60,
              callback: (_, index) => shorten(columns[index]!.name, 24),
            },
          },
          y: {
            type: "category",
            labels: rows,
            reverse: false,
            offset: true,
            grid: { display: false },
            border: { display: false },
            ticks: { color: theme.ink, autoSkip: false },
          },
        },
      },
    }),
  };
}

function heatMapText(
  { accounts, permissionSets, otherAccounts, otherPermissionSets }: HeatMap,
  accountsInReport: number,
): string {
  if (accounts.length === 0) return "There are no grants.";
  const left = (what: string, { count, unused, grants }: UsageCounts & { count: number }) =>
    count === 0
      ? ""
      : ` Not shown: ${formatCounted(count, what)} with ${formatCounted(grants, "grant")}, ${formatCount(unused)} of them unused.`;
  const closed = accountsInReport - accounts.length - otherAccounts.count;
  const nobody =
    closed === 0
      ? ""
      : ` Of the ${formatCounted(accountsInReport, "account")} in the report, ${formatCount(closed)} ${closed === 1 ? "is" : "are"} not here: only groups that are empty or gone are assigned there.`;
  const whole = otherAccounts.count === 0 && otherPermissionSets.count === 0;
  const shown = whole
    ? "Every account and permission set that has a grant."
    : `The ${formatCounted(accounts.length, "account")} and ${formatCounted(permissionSets.length, "permission set")} with the most unused grants.`;
  return `${shown}${left("account", otherAccounts)}${left("permission set", otherPermissionSets)}${nobody} A blank cell has no grant.`;
}

function cellColour({ unused, unknown, grants }: UsageCounts, theme: Theme): CanvasPattern | string {
  if (unknown > 0) return theme.unknown;
  return theme.heat[Math.ceil((4 * unused) / grants)]!;
}

function cellText({ unused, unknown, grants }: UsageCounts): string {
  if (unknown > 0) return `${formatCount(unknown)} of ${formatCounted(grants, "grant")} unknown`;
  return `${formatCount(unused)} of ${formatCounted(grants, "grant")} unused (${formatShare(unused, grants)})`;
}

function heatMapLegend(): HTMLElement {
  const entry = (swatch: string, text: string) =>
    element("li", {}, element("span", { class: `swatch ${swatch}`, "aria-hidden": "true" }), text);
  return element(
    "ul",
    { class: "legend" },
    ...LEGEND.map((text, step) => entry(`heat-${step}`, text)),
    entry("unknown", "unknown"),
  );
}
