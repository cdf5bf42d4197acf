import type { LookupEventsCommandInput } from "@aws-sdk/client-cloudtrail";
import type { Caller } from "../handlers/aws/aws";
import { EVENT_SOURCE } from "../handlers/logins/logins";

const DAY_MS = 86_400_000;
const KEPT_MS = 90 * DAY_MS;
const PAGE = 50;

export const OWNER = {
  instanceArn: "arn:aws:sso:::instance/ssoins-7223aaaabbbbcccc",
  identityStoreId: "d-9067aaaabb",
};

/** One of a person's few ways: an account and a permission set, the same for whoever asks again. */
export function wayOf(person: number, way: number) {
  return {
    userId: `906700aaaa-${String(person).padStart(8, "0")}-89ab-4cde-8f01-23456789abcd`,
    accountId: String(100000000000 + ((person * 7 + way * 13) % 500)),
    roleName: `PermissionSet${String((person + way) % 20).padStart(2, "0")}`,
  };
}

/** The record of a login, as far as the product reads it. */
export function recordOf(eventName: string, person: number, way: number) {
  const { userId, accountId, roleName } = wayOf(person, way);
  return {
    eventSource: EVENT_SOURCE,
    eventName,
    userIdentity: { type: "IdentityCenterUser", onBehalfOf: { userId } },
    serviceEventDetails: { account_id: accountId, role_name: roleName },
  };
}

/** A clock that whoever works moves on. */
export interface SimulatedClock {
  nowMs: number;
}

/**
 * A caller that has Event history in it: look-ups are answered on the fly, as AWS does, and each moves the clock on by its price. Nobody waits.
 *
 * @param eventsADay a tenth of them `Federate`, the others `GetRoleCredentials`; evenly over the day
 * @param pagesPerSecond which the run takes
 */
export function createHistoryCaller(
  clock: SimulatedClock,
  eventsADay: number,
  pagesPerSecond: number,
): { readonly call: Caller; lookUps(): number } {
  // What the events say changes no price: some people stand for all of them.
  const PEOPLE = 50;
  const sinceMs = clock.nowMs - 2 * KEPT_MS;
  const spacingMs: Readonly<Record<string, number>> = {
    Federate: DAY_MS / (eventsADay * 0.1),
    GetRoleCredentials: DAY_MS / (eventsADay * 0.9),
  };
  const records = Object.fromEntries(
    Object.keys(spacingMs).map((name) => [
      name,
      Array.from({ length: PEOPLE }, (_, person) => JSON.stringify(recordOf(name, person, 0))),
    ]),
  );
  let lookUps = 0;

  function answerTo({ LookupAttributes, StartTime, EndTime, NextToken }: LookupEventsCommandInput) {
    const name = String(LookupAttributes?.[0]?.AttributeValue);
    const $metadata = { requestId: "made" };
    const spacing = spacingMs[name];
    if (spacing === undefined) return { Events: [], $metadata };
    // An event's time is its second: all of the last second is within.
    const firstMs = Math.max((StartTime as Date).getTime(), clock.nowMs - KEPT_MS);
    const oldest = Math.ceil((firstMs - sinceMs) / spacing);
    const newest = Math.ceil(((EndTime as Date).getTime() + 1000 - sinceMs) / spacing) - 1;
    const from = NextToken === undefined ? newest : Number(NextToken);
    const downTo = Math.max(oldest, from - PAGE + 1);
    const Events = [];
    for (let number = from; number >= downTo; number--) {
      const EventTime = new Date(Math.floor((sinceMs + number * spacing) / 1000) * 1000);
      Events.push({ EventId: `${name}-${number}`, EventTime, CloudTrailEvent: records[name]![number % PEOPLE] });
    }
    return { Events, NextToken: downTo > oldest ? String(downTo - 1) : undefined, $metadata };
  }

  const ask = async (_client: unknown, command: { readonly input: LookupEventsCommandInput }, read: unknown) => {
    clock.nowMs += 1000 / pagesPerSecond;
    lookUps += 1;
    return (read as (answer: object) => unknown)(answerTo(command.input));
  };
  const kept = {
    once: async (_kind: string, _key: string, read: () => Promise<unknown>) => read(),
    note: () => {},
    notes: () => [],
    drop: () => {},
    awsNowMs: () => clock.nowMs,
  };
  return { call: Object.assign(ask, kept) as unknown as Caller, lookUps: () => lookUps };
}
