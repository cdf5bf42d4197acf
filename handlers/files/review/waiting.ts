import type { NewGrants } from "../changes/changes";
import type { RowSources } from "../rows";
import type { Suggestion } from "./suggestions";

// In a file of its own: what is new is waited for, whatever takes it away.

/**
 * A grant that the report before did not have is at most as old as that report. So nothing that takes it away is suggested before it is as old as what
 * is reported as unused has to be, reckoned from this report, which is the first to have it.
 */
export function createWaitFor({ settings }: RowSources, granted: NewGrants | undefined) {
  const { now, newAccessDays } = settings;
  const before = granted?.reportedAt.slice(0, 10) ?? "";
  const until = new Date(Date.parse(now) + newAccessDays * 86_400_000).toISOString().slice(0, 10);
  const sentence = ` The report before this one, of ${before}, did not have all of it: not suggested for removal before ${until}.`;
  return (suggested: Suggestion): Suggestion =>
    suggested.action !== "REMOVE" || newAccessDays === 0
      ? suggested
      : { action: "WAIT", reason: suggested.reason + sentence };
}
