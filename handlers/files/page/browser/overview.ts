import type { ActionCounts, Figures, PageData, PageRun } from "../pageData";
import { element } from "./dom";
import { observedRegions } from "./evidence";
import { formatCount, formatCounted, formatDay, formatShare, formatTime } from "./format";
import { presetsOf } from "./presets";

/** What the report is, what it saw, and what must be known before any figure is believed. */
export function overviewHeader(run: PageRun): HTMLElement {
  const fact = (term: string, ...description: (Node | string)[]) =>
    element("div", {}, element("dt", {}, term), element("dd", {}, ...description));
  return element(
    "header",
    { class: "page-header" },
    element("p", { class: "eyebrow" }, "IAM Identity Center credential report"),
    element("h1", {}, "Who can enter which AWS account"),
    element(
      "dl",
      { class: "facts" },
      fact("As of", formatTime(run.now)),
      fact("Logins from", `${formatDay(run.windowFrom)} to ${formatDay(run.windowTo)} (${run.windowDays} days)`),
      fact("Observed since", ...observedRegions(run)),
      fact("Run", element("code", {}, run.runId)),
      fact("Status", element("span", { class: `chip chip-${run.status}` }, run.status)),
    ),
    warningsOf(run),
    element(
      "section",
      { class: "not-covered", "aria-label": "Not covered" },
      element("h2", {}, "Not covered"),
      element("ul", {}, ...run.notCovered.map((sentence) => element("li", {}, sentence))),
    ),
  );
}

function warningsOf({ warnings, status, observed }: PageRun): HTMLElement | null {
  if (warnings.length === 0) return null;
  const serious = status !== "succeeded" || !observed;
  return element(
    "section",
    { class: serious ? "warnings serious" : "warnings", "aria-label": "Warnings" },
    element("h2", {}, serious ? "Not everything could be observed" : "Please note"),
    element("ul", {}, ...warnings.map((warning) => element("li", {}, warning))),
  );
}

interface Card {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  /** The preset of the table that shows what the figure counts. */
  readonly preset?: string;
  readonly alarming?: boolean;
  readonly uncertain?: boolean;
}

/**
 * The figures that matter. A card that has a preset leads to its rows.
 *
 * @param showPreset shows the table with that preset
 */
export function overviewFigures(
  { figures, actions, removableRows, run, table }: PageData,
  showPreset: (id: string) => void,
): HTMLElement {
  const presets = new Set(presetsOf(table.complete).map(({ id }) => id));
  return element(
    "section",
    { class: "figures", "aria-label": "Figures" },
    element(
      "ul",
      { class: "cards attention" },
      ...[...adviceCards(actions, removableRows, figures, run), ...attentionCards(figures, run)].map(cardOf),
    ),
    element("ul", { class: "cards" }, ...sizeCards(figures, run).map(cardOf)),
  );

  function cardOf({ label, value, note, preset, alarming, uncertain }: Card): HTMLElement {
    const parts = [
      element("span", { class: "card-label" }, label),
      element("strong", { class: "card-value" }, value),
      element("span", { class: "card-note" }, note),
    ];
    const tone = alarming ? " alarming" : uncertain ? " uncertain" : "";
    if (preset === undefined || !presets.has(preset)) return element("li", { class: `card${tone}` }, ...parts);
    const button = element("button", { type: "button", class: `card${tone}`, "data-preset": preset }, ...parts);
    button.addEventListener("click", () => showPreset(preset));
    return element("li", {}, button);
  }
}

/** What there is to do, counted as it is done: one action may take many grants away. */
function adviceCards(
  { REMOVE, REVIEW, INVESTIGATE }: ActionCounts,
  removableRows: number,
  figures: Figures,
  run: PageRun,
): Card[] {
  const others = REMOVE.actions - REMOVE.memberships - REMOVE.assignments;
  const parts = [
    ...(REMOVE.memberships > 0 ? [formatCounted(REMOVE.memberships, "membership")] : []),
    ...(REMOVE.assignments > 0 ? [formatCounted(REMOVE.assignments, "group assignment")] : []),
    ...(others > 0 ? [formatCounted(others, "direct grant")] : []),
  ];
  const looks = REVIEW.actions + INVESTIGATE.actions;
  const stay = figures.unused - removableRows;
  const unused = `${formatCount(removableRows)} of ${formatCounted(figures.unused, "unused grant")} would go${stay > 0 ? `; ${formatCount(stay)} would stay` : ""}`;
  return [
    {
      label: "Can be removed",
      preset: "can-be-removed",
      value: formatCount(REMOVE.actions),
      note:
        REMOVE.actions > 0
          ? `${REMOVE.actions === 1 ? "action" : "actions"}: ${parts.join(", ").replace(/, (?=[^,]*$)/, " and ")}. ${unused}`
          : run.observed
            ? unused
            : "no grant whose use was not observed is suggested for removal",
    },
    {
      label: "Needs a look",
      preset: "needs-a-look",
      value: formatCount(looks),
      note: `${looks === 1 ? "action" : "actions"}, in ${formatCounted(REVIEW.rows + INVESTIGATE.rows, "row")}: each row says why`,
    },
  ];
}

function attentionCards(figures: Figures, run: PageRun): Card[] {
  const { grants, unused, unknown, administratorGrants } = figures;
  // A grant that nobody could observe is not an unused one, and "0 unused" would say that all are used.
  const unusedCard = (count: number, unseen: number, whole: number, of: string) =>
    unseen > 0 && !run.observed
      ? {
          value: "not known",
          note: `${formatCount(unseen)} of ${formatCount(whole)} ${of} may have been used`,
          uncertain: true,
        }
      : {
          value: formatCount(count),
          note: `${formatShare(count, whole)} of ${formatCount(whole)} ${of}`,
          alarming: count > 0,
        };
  return [
    {
      label: "Unused administrator grants",
      preset: "unused-administrators",
      ...unusedCard(
        figures.unusedAdministratorGrants,
        figures.unknownAdministratorGrants,
        administratorGrants,
        "administrator grants",
      ),
    },
    { label: "Unused grants", preset: "unused", ...unusedCard(unused, unknown, grants, "grants") },
    {
      label: "Orphaned grants",
      preset: "orphaned",
      value: formatCount(figures.orphaned),
      note: "their user, group or account is gone",
      alarming: figures.orphaned > 0,
    },
    {
      label: "Disabled users with access",
      preset: "disabled",
      value: formatCount(figures.disabledUsers),
      note: `with ${formatCounted(figures.disabledUserGrants, "grant")}: they can still enter while a portal session is open, and have it all back once enabled`,
      alarming: figures.disabledUsers > 0,
    },
  ];
}

function sizeCards(figures: Figures, run: PageRun): Card[] {
  const inAll = run.accountsInOrganization;
  return [
    { label: "People with access", value: formatCount(figures.people), note: "users that have a grant" },
    { label: "Grants", value: formatCount(figures.grants), note: "ways of users into accounts" },
    {
      label: "Used in window",
      value: formatCount(figures.used),
      note: `${formatShare(figures.used, figures.grants)} of grants`,
    },
    {
      label: "Accounts",
      value: formatCount(figures.accounts),
      note:
        inAll === null
          ? "the organization could not be read"
          : `${formatCount(figures.accounts - figures.accountsOutside)} of the organization's ${formatCount(inAll)}${
              figures.accountsOutside === 0 ? "" : `, ${formatCount(figures.accountsOutside)} outside of it`
            }`,
    },
    {
      label: "Empty groups",
      preset: "empty-groups",
      value: formatCount(figures.emptyGroups),
      note: `without a member, in ${formatCounted(figures.emptyGroupRows, "assignment")}`,
    },
    {
      label: "Too new to tell",
      preset: "too-new",
      value: formatCount(figures.tooNew),
      note: `known to be given in the last ${formatCounted(run.newAccessDays, "day")}`,
    },
    {
      label: "Account roles",
      preset: "account-roles",
      value: formatCount(figures.accountRoles),
      note: "given by account access manager; their use cannot be seen",
    },
    {
      label: "Use unknown",
      preset: "unknown",
      value: formatCount(figures.unknown),
      note: figures.unknown > 0 ? "grants that may have been used" : "the use of every grant is known",
      uncertain: figures.unknown > 0,
    },
  ];
}
