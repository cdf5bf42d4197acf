/** Whether a text, in lower case, has what somebody looks for. */
export type Match = (text: string) => boolean;

/**
 * Words of the report's own that stand within others, or are names' parts: found as whole words, so that "used" does not find "unused". Nor are they
 * looked for in the reasons, which say of what was not used that something else was.
 */
const WHOLE_WORDS = new Set([
  ...["used", "unused", "unknown", "none", "direct"],
  ...["keep", "remove", "review", "wait", "investigate"],
]);

/** Stands in a row's text before the sentences in which the report explains itself. */
export const REASONS = "\u0000";

/**
 * What somebody typed: all of its words, in any order, or all of it as it stands. `null` where nothing was typed.
 */
export function matchOf(typed: string): Match | null {
  const phrase = typed.trim().toLowerCase();
  if (phrase === "") return null;
  const words = phrase.split(/\s+/).map(matchOfWord);
  if (words.length === 1) return words[0]!;
  return (text) => words.every((has) => has(text)) || text.includes(phrase);
}

function matchOfWord(word: string): Match {
  if (!WHOLE_WORDS.has(word)) return (text) => text.includes(word);
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, "u");
  return (text) => text.includes(word) && whole.test(text.split(REASONS, 1)[0]!);
}

type Comparison = ">" | "<" | ">=" | "<=" | "";

/** `>60`, `<= 2026-11`: how it is compared, and with what; `""` for neither more nor less. */
function comparisonIn(typed: string): { comparison: Comparison; operand: string } {
  const [, comparison = "", operand = ""] = /^(>=|<=|>|<|=|)\s*(.*)$/s.exec(typed.trim())!;
  return { comparison: comparison === "=" ? "" : (comparison as Comparison), operand };
}

function holds(order: number, comparison: Comparison): boolean {
  if (comparison === ">") return order > 0;
  if (comparison === "<") return order < 0;
  if (comparison === ">=") return order >= 0;
  if (comparison === "<=") return order <= 0;
  return order === 0;
}

/** Of a whole number in decimal, or an empty cell, which no comparison holds for. `null` where nothing that can be compared with was typed. */
export function matchOfCount(typed: string): Match | null {
  const { comparison, operand } = comparisonIn(typed);
  if (!/^\d+([.,]\d+)*$/.test(operand)) return null;
  const limit = Number(operand.replace(/,/g, ""));
  return (value) => value !== "" && holds(Number(value) - limit, comparison);
}

/**
 * Of an instant such as `2026-11-20T08:15:30Z`, to the precision of what was typed: `2026-11` is all of November, `>2026-11` what came after it.
 * `null` where nothing that can be compared with was typed.
 */
export function matchOfInstant(typed: string): Match | null {
  const { comparison, operand } = comparisonIn(typed.toUpperCase());
  const instant = operand.replace(/\s*(UTC|Z)$/, "").replace(/\s+/, "T");
  if (!/^\d{4}(-\d{2}(-\d{2}(T\d{2}(:\d{2}(:\d{2})?)?)?)?)?$/.test(instant)) return null;
  return (value) => {
    const same = value.slice(0, instant.length);
    return /^\d{4}-/.test(value) && holds(same < instant ? -1 : same > instant ? 1 : 0, comparison);
  };
}
