import { isDeepStrictEqual } from "node:util";
import { type Manifest, notCoveredText, PAGE_FILE } from "../../handlers/files/files";
import type { ContentCheck } from "./contentCheck";
import type { Rules } from "./rules";
import type { Problems } from "./verdict";

const BEGIN = '<script type="application/json" id="report">';
/** What is read of the data: far more than what the page says of its run. */
const ENOUGH = 1024 * 1024;

/** Checks that the page is this run's, by what its data says of the run and of all rows. What it makes of them is not looked at. */
export function createPageCheck(manifest: Manifest, rules: Rules, problems: Problems): ContentCheck {
  let before = "";
  let data: string | null = null;

  function check(): void {
    const [run, figures] = [objectAfter(data ?? "", '{"run":'), objectAfter(data ?? "", ',"figures":')];
    if (run === null || figures === null) {
      problems.add(PAGE_FILE, null, "is no page of this program: it lacks the data of a run");
      return;
    }
    const { runId, now, status, settings, sources, rows, warnings, notCovered } = manifest;
    const { lookbackDays, newAccessDays } = settings;
    const { observed, windowFrom, windowTo, observedFrom, regions } = sources.logins;
    const window = { observed, windowFrom, windowTo, observedFrom };
    const expected = {
      runId,
      now,
      status,
      newAccessDays,
      ...window,
      ...(rules.settingsInPage ? { settings, regions } : { lookbackDays }),
      // Not in reports of earlier versions.
      ...((notCovered as unknown) !== undefined && { notCovered: notCovered.map(notCoveredText) }),
    };
    compare(run, expected);
    compare(figures, {
      rows: rows.total,
      used: rows.byUsage.USED ?? 0,
      unused: rows.byUsage.UNUSED_IN_WINDOW ?? 0,
      tooNew: rows.byUsage.TOO_NEW ?? 0,
      unknown: rows.byUsage.UNKNOWN ?? 0,
    });
    // What turned out while the files were written is in the manifest alone.
    const missing = [run.warnings].flat().filter((warning) => !warnings.includes(String(warning)));
    for (const warning of missing) problems.add(PAGE_FILE, null, `has a warning that the manifest lacks: ${warning}`);
  }

  function compare(found: Record<string, unknown>, expected: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(expected)) {
      if (isDeepStrictEqual(found[key], value)) continue;
      const [there, here] = [found[key], value].map((one) => JSON.stringify(one ?? null).slice(0, 500));
      problems.add(PAGE_FILE, null, `says ${there} for ${key}, the manifest says ${here}`);
    }
  }

  const decoder = new TextDecoder();
  return {
    async write(bytes) {
      if (data !== null) {
        if (data.length < ENOUGH) data += decoder.decode(bytes, { stream: true });
        return;
      }
      const text = before + decoder.decode(bytes, { stream: true });
      const at = text.indexOf(BEGIN);
      if (at === -1) before = text.slice(-BEGIN.length);
      else data = text.slice(at + BEGIN.length);
    },
    async end() {
      check();
      return null;
    },
  };
}

/** The JSON object after the first such words; `null` where there is none. */
function objectAfter(text: string, words: string): Record<string, unknown> | null {
  const from = text.indexOf(words) + words.length;
  if (from < words.length || text[from] !== "{") return null;
  let depth = 0;
  // A string as a whole, or a brace.
  for (const { 0: token, index } of text.slice(from).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === "{") depth++;
    if (token === "}") depth--;
    if (depth > 0) continue;
    try {
      return JSON.parse(text.slice(from, from + index + 1));
    } catch {
      return null;
    }
  }
  return null;
}
