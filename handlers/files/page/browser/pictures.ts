import type { ChartConfiguration, ChartDataset } from "chart.js";
import type { DayBucket, GroupCounts, NamedCounts, PageChanges, PageData, Ranking, UsageCounts } from "../pageData";
import type { Picture } from "./charts";
import { textTable } from "./dom";
import { formatCount, formatCounted, formatShare, formatTime, shorten } from "./format";
import { changesOf, type Selection, type SelectionKind, usedWithin, withUsage } from "./selection";
import type { Theme } from "./theme";

const BAR_HEIGHT = 26;

export function daysPicture({ daysSinceLastUse, figures, run }: PageData): Picture {
  const bars: [label: string, grants: number, colour: keyof Theme][] = [
    ...daysSinceLastUse.map((bucket): [string, number, keyof Theme] => [bucketLabel(bucket), bucket.grants, "used"]),
    ["unused", figures.unused, "unused"],
    ["too new", figures.tooNew, "tooNew"],
    ["unknown", figures.unknown, "unknown"],
  ];
  const opened: readonly Selection[] = [
    ...daysSinceLastUse.map(({ from, to }) => usedWithin(from, to)),
    ...["UNUSED_IN_WINDOW", "TOO_NEW", "UNKNOWN"].map(withUsage),
  ];
  return {
    id: "days",
    opens: (index) => opened[index]!,
    title: "Days since last use",
    text: `Grants by days since their last login, in a window of ${formatCounted(run.windowDays, "day")}. Those without a login are on the right.`,
    height: 260,
    table: textTable(
      ["Days since last use", "Grants"],
      bars.map(([label, grants]) => [label, formatCount(grants)]),
    ),
    config: (theme): ChartConfiguration<"bar"> => ({
      type: "bar",
      data: {
        labels: bars.map(([label]) => label),
        datasets: [
          {
            data: bars.map(([, grants]) => grants),
            backgroundColor: bars.map(([, , colour]) => theme[colour] as string),
            ...barShape,
          },
        ],
      },
      options: {
        plugins: { legend: { display: false }, tooltip: { callbacks: { label: grantsLabel } } },
        scales: {
          x: { grid: { display: false } },
          y: { beginAtZero: true, ticks: { precision: 0, maxTicksLimit: 6 }, border: { display: false } },
        },
      },
    }),
  };
}

const CHANGES = [
  ["GRANTED", "Granted", "used"],
  ["REVOKED", "Revoked", "used"],
  ["GRANTED_AND_REVOKED", "Granted and revoked", "used"],
  ["NOW_UNUSED", "Now unused", "unused"],
  ["USED_AGAIN", "Used again", "used"],
  ["STATUS_CHANGED", "Status changed", "tooNew"],
] as const;

export function changesPicture({ since, reason, counts }: PageChanges): Picture {
  const bars = CHANGES.map(([kind, label, colour]) => {
    const count = counts[kind];
    return { label, colour, count: count ?? 0, text: count === undefined ? "not compared" : formatCount(count) };
  });
  return {
    id: "changes",
    ...(since === null ? {} : { opens: (index) => changesOf(CHANGES[index]![0]) }),
    title: "Changes since the last report",
    text:
      since === null
        ? `Not compared: ${reason ?? "there is no earlier report"}.`
        : `Compared with the state of ${formatTime(since)}.`,
    height: since === null ? null : 260,
    table: textTable(
      ["Change", "Grants"],
      bars.map(({ label, text }) => [label, text]),
    ),
    config: (theme): ChartConfiguration<"bar"> => ({
      type: "bar",
      data: {
        labels: bars.map(({ label, text }) => `${label}: ${text}`),
        datasets: [
          {
            data: bars.map(({ count }) => count),
            backgroundColor: bars.map(({ colour }) => theme[colour]),
            ...barShape,
          },
        ],
      },
      options: {
        indexAxis: "y",
        plugins: { legend: { display: false }, tooltip: { callbacks: { label: grantsLabel } } },
        scales: horizontalScales(theme),
      },
    }),
  };
}

export function groupsPicture({ groups, figures }: PageData): Picture {
  return rankingPicture(groups, figures, {
    id: "groups",
    kind: "group",
    title: "Groups with the most unused grants",
    noun: "group",
    use: ({ usedBy, members }: GroupCounts) => `${formatCount(usedBy)} of ${formatCounted(members, "member")} used it`,
  });
}

export function permissionSetsPicture({ permissionSets, figures }: PageData): Picture {
  return rankingPicture(permissionSets, figures, {
    id: "permission-sets",
    kind: "permission-set",
    title: "Permission sets with the most unused grants",
    noun: "permission set",
    use: ({ used, grants }: NamedCounts) => `${formatCount(used)} of ${formatCounted(grants, "grant")} used`,
  });
}

interface RankingWords<Entry> {
  readonly id: string;
  readonly kind: SelectionKind;
  readonly title: string;
  readonly noun: string;
  use(entry: Entry): string;
}

function rankingPicture<Entry extends NamedCounts>(
  { first, withUnused }: Ranking<Entry>,
  figures: UsageCounts,
  { id, kind, title, noun, use }: RankingWords<Entry>,
): Picture {
  const left = withUnused - first.length;
  const none =
    figures.unknown > 0
      ? `No ${noun} has a grant that is known to be unused; the use of ${formatCounted(figures.unknown, "grant")} is unknown.`
      : `No ${noun} has an unused grant.`;
  const some =
    left > 0
      ? ` ${formatCounted(left, `more ${noun}`)} with unused grants ${left === 1 ? "is" : "are"} not shown.`
      : "";
  const name = (entry: Entry) => entry.name || entry.id;
  return {
    id,
    opens: (index) => ({ kind, ids: [first[index]!.id] }),
    title,
    text: first.length === 0 ? none : `How their grants were used.${some}`,
    height: first.length === 0 ? null : 56 + first.length * (BAR_HEIGHT + 14),
    table: textTable(
      [noun[0]!.toUpperCase() + noun.slice(1), "Use", "Grants", "Unused", "Too new", "Unknown"],
      first.map((entry) => [
        name(entry),
        use(entry),
        formatCount(entry.grants),
        `${formatCount(entry.unused)} (${formatShare(entry.unused, entry.grants)})`,
        formatCount(entry.tooNew),
        formatCount(entry.unknown),
      ]),
    ),
    config: (theme): ChartConfiguration<"bar", number[], string[]> => ({
      type: "bar",
      data: {
        labels: first.map((entry) => [shorten(name(entry), 30), use(entry)]),
        datasets: [
          usageDataset("Unused", theme.unused, first, "unused"),
          usageDataset("Unknown", theme.unknown, first, "unknown"),
          usageDataset("Too new", theme.tooNew, first, "tooNew"),
          usageDataset("Used", theme.used, first, "used"),
        ].filter(({ data }) => data.some((count) => count > 0)),
      },
      options: {
        indexAxis: "y",
        plugins: {
          // The axis has the beginnings of long names.
          tooltip: { callbacks: { title: ([item]) => (item === undefined ? "" : name(first[item.dataIndex]!)) } },
          legend: { position: "bottom", align: "start", labels: { boxWidth: 12, boxHeight: 12, color: theme.ink } },
        },
        scales: horizontalScales(theme, true),
      },
    }),
  };
}

const barShape = { borderRadius: 3, maxBarThickness: BAR_HEIGHT };

function usageDataset(
  label: string,
  backgroundColor: CanvasPattern | string,
  entries: readonly UsageCounts[],
  count: keyof UsageCounts,
): ChartDataset<"bar", number[]> {
  return { label, backgroundColor, data: entries.map((entry) => entry[count]), maxBarThickness: BAR_HEIGHT - 8 };
}

function horizontalScales(theme: Theme, stacked = false) {
  return {
    x: { stacked, beginAtZero: true, ticks: { precision: 0, maxTicksLimit: 6 }, border: { display: false } },
    y: { stacked, grid: { display: false }, ticks: { color: theme.ink } },
  };
}

function bucketLabel({ from, to }: DayBucket): string {
  if (to === 0) return "today";
  return from === to ? String(from) : `${from}–${to}`;
}

function grantsLabel({
  parsed,
  chart,
}: {
  parsed: { x: number | null; y: number | null };
  chart: { options: { indexAxis?: string } };
}): string {
  return formatCounted((chart.options.indexAxis === "y" ? parsed.x : parsed.y) ?? 0, "grant");
}
