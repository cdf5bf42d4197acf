import { join } from "node:path";
import type { ReadingEstimate } from "../handlers/logins/logins";
import type { Estimate } from "../handlers/run";

/** What the person who asks for this pace must know; `null` where AWS grants it to every account. */
export function paceNotice(requestsPerSecond: number): string | null {
  const GRANTED = 20; // https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html
  if (requestsPerSecond <= GRANTED) return null;
  return `--requests-per-second ${requestsPerSecond}: AWS grants an account ${GRANTED} requests a second to IAM Identity Center, unless it has raised that quota on request. Where it has not, most of this pace is throttled.`;
}

/** What the run takes in all, with what earlier slices have read. */
export function estimateSentence(
  { pairs, calls, entitlementCalls, seconds }: Estimate,
  requestsPerSecond: number,
): string {
  const count = (value: number, what: string) => `${value.toLocaleString("en")} ${what}${value === 1 ? "" : "s"}`;
  const time = count(Math.ceil(seconds / 60), "minute");
  const asked =
    entitlementCalls === 0
      ? ""
      : ` ${count(entitlementCalls, "call")} of them ask account access manager, one for each account: up to 20 a second.`;
  return `${count(pairs, "pair")} of account and permission set: at least ${count(calls, "call")} and ${time} in all, at ${count(requestsPerSecond, "request")} a second.${asked}`;
}

/** What a first report must read of Event history, where that takes more than some minutes; `null` where it does not. */
export function readingSentence({ region, hours, eventsADay, readADay }: ReadingEstimate, out: string): string | null {
  const SHORT_HOURS = 0.1;
  if (hours < SHORT_HOURS) return null;
  const time = hours < 1 ? `${Math.ceil(60 * hours)} minutes` : `${hours.toFixed(1)} hours`;
  const tooMany =
    eventsADay > readADay
      ? ` About ${eventsADay.toLocaleString("en")} events come in a day, and ${readADay.toLocaleString("en")} can be read in one: use --trail-table instead.`
      : "";
  return `Event history of ${region}: about ${time} to read, once. What is read stays in ${join(out, "logins")}, even if this run is stopped; --no-logins leaves logins out.${tooMany}`;
}
