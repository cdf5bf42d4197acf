import { RE2JS } from "re2js";

// In a file of its own: the one place where a pattern of people's own is matched.

/**
 * Who reviews: what the pattern's group captures of the group's name, else of the permission set's; empty where neither
 * matches. `groupName` is empty for a direct grant and for a group without a name: there is nothing to match then.
 */
export type ReviewerOf = (groupName: string, permissionSetName: string) => string;

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
    compiled === null ? "" : ((groupName === "" ? null : captured(groupName)) ?? captured(permissionSetName) ?? "");
}
