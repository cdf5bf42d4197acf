import { durationWords } from "../timeLeft";
import type { Checked } from "./checkReads";
import { actionOf, type Findings, isOfAthena, statementText } from "./findings";

/** What a check says, for a terminal. AWS's own words are in it, which may name accounts and roles; JSON has none of them. */
export function textOf(findings: Findings, { reads, logins }: Checked): string {
  const lines: string[] = ["The reads of a report, each made once:"];
  const many = new Set(reads.map(({ region }) => region)).size > 1;
  for (const { call, region, outcome, why } of reads) {
    const words = { allowed: "allowed  ", refused: "REFUSED  ", failed: "FAILED   ", "not asked": "not asked" }[
      outcome
    ];
    const where = many ? ` in ${region}` : "";
    lines.push(`  ${words}  ${actionOf(call)}${where}${why === null || outcome === "refused" ? "" : `: ${why}`}`);
  }
  const messages = [...new Set([...reads.map(({ message }) => message), logins?.message ?? null])];
  const said = messages.filter((message) => message !== null);
  if (said.length > 0) lines.push("", ...said);
  if (findings.missing.length > 0) {
    const whole = findings.missing.some(isOfAthena)
      ? "terminal.json and terminal-athena.json have"
      : "terminal.json has";
    lines.push(
      "",
      `Add to the policy of the person who runs it, with your account and Region (docs/policies/${whole} the whole):`,
    );
    lines.push(...findings.missing.map((statement) => `  ${statementText(statement)}`));
  }
  const odd = Object.entries(findings.oddities);
  const unknownFields = findings.events.forms.unknownFields;
  if (odd.length > 0 || unknownFields.length > 0) {
    lines.push(
      "",
      "What this version does not know in the answers, or misses there. Please report it, with what --json prints:",
    );
    for (const [call, oddities] of odd) lines.push(...oddities.map((oddity) => `  ${actionOf(call)}: ${oddity}`));
    lines.push(...unknownFields.map((field) => `  a field of the event ${field}`));
  }
  const forms = Object.entries(findings.events.forms.forms);
  if (forms.length > 0) lines.push("", "Login events, in the forms that CloudTrail recorded:");
  lines.push(...forms.map(([form, count]) => `  ${count.toLocaleString("en")} ${form}`));
  lines.push("", ...windowLines(findings), ...timeLines(findings));
  return `${lines.join("\n")}\n`;
}

function windowLines({ loginSource, logins, window: { askedDays, observedDays } }: Findings): string[] {
  if (logins === null) return ["Logins are left out: every usage would be UNKNOWN."];
  const observed = observedDays === null ? "an unknown part" : `${observedDays}`;
  const blind = logins.regions.filter((region) => !region.observed).map(({ region }) => region);
  const where = logins.regions.map(({ region }) => region).join(", ");
  const lines = [`Logins, from ${loginSource}: ${observed} of ${askedDays} days could be observed, in ${where}.`];
  if (blind.length > 0) lines.push(`  Could not be read in ${blind.join(", ")}: nothing would be reported as unused.`);
  if (logins.notUnderstood + logins.unattributed > 0) {
    lines.push(
      `  Of the kinds of logins that were read, ${logins.unattributed} name no user, and ${logins.notUnderstood} are not understood.`,
    );
  }
  return lines;
}

function timeLines({ estimate }: Findings): string[] {
  const { pairs, isLeast, assignmentSeconds, windowSeconds, coveringSeconds } = estimate;
  const lines: string[] = [];
  if (pairs !== null && assignmentSeconds !== null) {
    const least = isLeast ? "more than" : "about";
    lines.push(
      `A report reads ${least} ${pairs.toLocaleString("en")} pairs of account and permission set, estimated from one permission set: ${durationWords(assignmentSeconds)}.`,
    );
  }
  if (windowSeconds !== null && coveringSeconds !== null) {
    lines.push(
      `Event history, by its newest page: ${durationWords(windowSeconds)} for the window, ${durationWords(coveringSeconds)} to read all of its 90 days for the first time.`,
    );
  }
  return lines;
}
