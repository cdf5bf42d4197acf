import { RE2JS } from "re2js";
import { messageOf } from "./errors";

/** Who reviews a grant: what the pattern's group captures of a name; empty where it does not match. */
export type ReviewerOf = (groupName: string, permissionSetName: string) => string;

/**
 * What is wrong with a `reviewerPattern`; `null` for a good one, and for the empty one, which names nobody.
 *
 * Patterns are RE2's, not JavaScript's: those match in time linear to the name, so that no pattern and no name can stall a run.
 * In return there are no lookarounds and no backreferences.
 */
export function reviewerPatternProblem(pattern: string): string | null {
  const LONGEST = 500;
  if (pattern === "") return null;
  if (pattern.length > LONGEST) return `has ${pattern.length} characters, ${LONGEST} are allowed`;
  try {
    const groups = RE2JS.compile(pattern).groupCount();
    return groups === 1
      ? null
      : `has ${groups} capturing groups, expected one, around the reviewer; write the others as (?:…)`;
  } catch (error) {
    return `is no regular expression of RE2's syntax: ${messageOf(error)}`;
  }
}

/** @param pattern empty, or one that `reviewerPatternProblem` has nothing against */
export function createReviewerOf(pattern: string): ReviewerOf {
  const compiled = pattern === "" ? null : RE2JS.compile(pattern);
  const known = new Map<string, string | null>();
  const captured = (name: string): string | null => {
    let reviewer = known.get(name);
    if (reviewer === undefined) {
      const matcher = compiled!.matcher(name);
      reviewer = matcher.find() ? (matcher.group(1) ?? "") : null;
      known.set(name, reviewer);
    }
    return reviewer;
  };
  return (groupName, permissionSetName) =>
    compiled === null ? "" : (captured(groupName) ?? captured(permissionSetName) ?? "");
}
