import { RE2JS } from "re2js";

/** Who reviews a grant: what the pattern's group captures of a name; empty where it does not match. */
export type ReviewerOf = (groupName: string, permissionSetName: string) => string;

/** @param pattern empty, or right by the settings table */
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
