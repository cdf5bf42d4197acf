import { reportError } from "../errors";
import { END_OF_9999_MS } from "../times";
import type { Journal } from "./journal";

/**
 * Takes values out of AWS's answers. An identity that is not understood throws: a report that leaves it out, or guesses, is wrong.
 * A state or an instant that is not understood is taken for unknown, and the report says so (`doubts`).
 */
export interface MustBe {
  /** An id or ARN: visible ASCII, whatever its form. */
  id(field: string, value: unknown): string;
  /** 12 digits. */
  accountId(field: string, value: unknown): string;
  oneOf<Kind extends string>(field: string, value: unknown, kinds: readonly Kind[]): Kind;
  /** The one member that a union has, with its name; no member, several, or one that is not known throws. */
  union<Kind extends string>(
    field: string,
    value: unknown,
    kinds: readonly Kind[],
  ): readonly [kind: Kind, member: unknown];
  /** A name or another text, "" where AWS gives none. Half surrogate pairs, which no UTF-8 file can hold, become U+FFFD. */
  text(field: string, value: unknown): string;
  /** @param of whose state it is: an id */
  state(field: string, of: string, value: unknown, states: readonly string[], unknown: string): string;
  /** Milliseconds since 1970, `null` where AWS gives none or where it is not understood. */
  instantMs(field: string, of: string, value: unknown): number | null;
  /** What was not understood and taken for unknown, for people. */
  doubts(): string[];
}

/**
 * A factory, so that what is called for each item is not rebuilt at each call in the serialised handler.
 *
 * @param journal keeps the doubts for later slices of the run; without it, they are this one's alone
 * @param stage whose doubts they are
 */
export function createMustBe(journal?: Journal, stage = ""): MustBe {
  const endMs = END_OF_9999_MS;
  const EXAMPLES = 3;
  /** Doubt → whom it is about: a set, since an answer may be read again. */
  const doubted = new Map<string, Set<string>>();
  const kept = `doubts in ${stage}`;
  for (const [about = "", of = ""] of journal?.notes(kept) ?? [])
    doubted.set(about, (doubted.get(about) ?? new Set()).add(of));

  function shown(value: unknown): string {
    if (value === undefined || value === null) return "nothing";
    const text = value instanceof Date ? String(value) : (JSON.stringify(value) ?? String(value));
    return text.length > 80 ? `${text.slice(0, 80)}…` : text;
  }

  function unexpected(field: string, expected: string, got: unknown): Error {
    return reportError("UnexpectedAnswer", `${field}: expected ${expected}, got ${shown(got)}`);
  }

  function doubt(field: string, of: string, expected: string, got: unknown): void {
    const about = `${field}: expected ${expected}, got ${shown(got)}`;
    const whom = doubted.get(about) ?? new Set();
    if (!whom.has(of)) journal?.note(kept, [about, of]);
    doubted.set(about, whom.add(of));
  }

  return {
    id(field, value) {
      if (typeof value === "string" && /^[!-~]+$/.test(value)) return value;
      throw unexpected(field, "an id", value);
    },
    accountId(field, value) {
      if (typeof value === "string" && /^\d{12}$/.test(value)) return value;
      throw unexpected(field, "an account id of 12 digits", value);
    },
    oneOf(field, value, kinds) {
      const kind = kinds.find((each) => each === value);
      if (kind === undefined) throw unexpected(field, kinds.join(" or "), value);
      return kind;
    },
    union(field, value, kinds) {
      const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
      // Beside the member, AWS's JSON may name the type.
      const members = isObject ? Object.entries(value).filter(([name, one]) => name !== "__type" && one !== null) : [];
      const [only] = members;
      const kind = members.length === 1 ? kinds.find((each) => each === only![0]) : undefined;
      if (kind === undefined) {
        const got = isObject ? members.map(([name]) => name).join(" and ") || "no member" : value;
        throw unexpected(field, `one member, ${kinds.join(" or ")}`, got);
      }
      return [kind, only![1]];
    },
    text(field, value) {
      if (value === undefined || value === null) return "";
      if (typeof value !== "string") throw unexpected(field, "a text", value);
      return value.toWellFormed();
    },
    state(field, of, value, states, unknown) {
      if (typeof value === "string" && states.includes(value)) return value;
      doubt(field, of, states.join(" or "), value);
      return unknown;
    },
    instantMs(field, of, value) {
      if (value === undefined || value === null) return null;
      const ms = value instanceof Date ? value.getTime() : Number.NaN;
      if (ms >= 0 && ms < endMs) return ms;
      doubt(field, of, "an instant from 1970 to 9999", value);
      return null;
    },
    doubts() {
      // In an order that does not depend on which answer came first.
      const sorted = [...doubted].sort(([one], [other]) => (one < other ? -1 : 1));
      return sorted.map(([about, whom]) => {
        const examples = [...whom].sort().slice(0, EXAMPLES).join(", ");
        const others = whom.size > EXAMPLES ? ` and ${whom.size - EXAMPLES} more` : "";
        return `${about} (${examples}${others}). It is taken for unknown.`;
      });
    },
  };
}
