import type { AdvancedEventSelector, AdvancedFieldSelector } from "@aws-sdk/client-cloudtrail";

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
