import type {
  AdvancedEventSelector,
  AdvancedFieldSelector,
  GetEventDataStoreResponse,
} from "@aws-sdk/client-cloudtrail";
import { formatInstant } from "../times";
import type { Begun, LoginWindow } from "./source";

/** What an event data store with these properties can have seen of a window: it knows nothing from before it was created, nor from before its retention period. */
export function observedBy(
  store: Partial<GetEventDataStoreResponse>,
  window: LoginWindow,
): Pick<Begun<unknown>, "observedFrom" | "reason"> {
  const DAY_MS = 86_400_000;
  const fromMs = Date.parse(window.from);
  const toMs = Date.parse(window.to);
  const createdMs = store.CreatedTimestamp?.getTime() ?? null;
  const keptFromMs = store.RetentionPeriod === undefined ? null : toMs - store.RetentionPeriod * DAY_MS;
  if (createdMs === null || keptFromMs === null) {
    const reason = "the event data store does not say since when, or for how long, it keeps events";
    return { observedFrom: null, reason };
  }
  // How it was set up before its last change, nobody says: it may have kept less, or left logins out.
  const changedMs = store.UpdatedTimestamp?.getTime() ?? 0;
  let reason: string | null = null;
  if (createdMs > fromMs) {
    reason = `the event data store was created on ${formatInstant(createdMs)}, after the window's start ${window.from}`;
  } else if (keptFromMs > fromMs) {
    const windowDays = Math.round((toMs - fromMs) / DAY_MS);
    reason = `the event data store keeps events for ${store.RetentionPeriod} days, less than the window's ${windowDays}`;
  } else if (changedMs > fromMs) {
    reason = `the event data store was last changed on ${formatInstant(changedMs)}, after the window's start ${window.from}: what it kept before is not known. A shorter lookbackDays is observed in full`;
  } else if (store.MultiRegionEnabled === false) {
    reason =
      "the event data store records its own Region alone, and Identity Center may be entered through others (make it a multi-Region store)";
  } else if (!recordsLogins(store.AdvancedEventSelectors)) {
    reason =
      "the event data store's event selectors may leave logins out (it must record all management events of sso.amazonaws.com)";
  }
  return { observedFrom: formatInstant(Math.max(createdMs, keptFromMs, changedMs, fromMs)), reason };
}

/**
 * Whether an event data store with these selectors records every login to a role: the management events `Federate` and
 * `GetRoleCredentials` of `sso.amazonaws.com`. One selector that admits them is enough, since selectors are alternatives and
 * the fields of one are conditions together (CloudTrail, AdvancedEventSelector). Conditions that are not understood count as
 * not admitting: then nobody is called unused.
 *
 * @param selectors of GetEventDataStore; a store without any records management events
 */
export function recordsLogins(selectors: readonly AdvancedEventSelector[] | undefined): boolean {
  function admits(field: AdvancedFieldSelector, values: readonly string[]): boolean {
    const { Equals, NotEquals, StartsWith, EndsWith, NotStartsWith, NotEndsWith } = field;
    if (StartsWith?.length || EndsWith?.length || NotStartsWith?.length || NotEndsWith?.length) return false;
    return values.every((value) => (!Equals?.length || Equals.includes(value)) && !NotEquals?.includes(value));
  }

  function admitsLogins(field: AdvancedFieldSelector): boolean {
    if (field.Field === "eventCategory") return admits(field, ["Management"]);
    if (field.Field === "eventSource") return admits(field, ["sso.amazonaws.com"]);
    if (field.Field === "eventName") return admits(field, ["Federate", "GetRoleCredentials"]);
    if (field.Field === "eventType") return admits(field, ["AwsServiceEvent"]);
    return false;
  }

  if (selectors === undefined || selectors.length === 0) return true;
  return selectors.some((selector) => (selector.FieldSelectors ?? []).every(admitsLogins));
}
