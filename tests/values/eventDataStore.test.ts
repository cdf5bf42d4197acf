import { recordsLogins } from "../../handlers/logins/eventDataStore";

const management = { Field: "eventCategory", Equals: ["Management"] };
const data = { Field: "eventCategory", Equals: ["Data"] };

it.each([
  ["no selectors at all", undefined],
  ["all management events", [[management]]],
  ["management events but for KMS", [[management, { Field: "eventSource", NotEquals: ["kms.amazonaws.com"] }]]],
  ["data events, and in another selector management events", [[data], [management]]],
  ["just the two login events", [[management, { Field: "eventName", Equals: ["Federate", "GetRoleCredentials"] }]]],
])("sees logins with %s", (_, selectors) => {
  expect(recordsLogins(selectors?.map((FieldSelectors) => ({ FieldSelectors })))).toBe(true);
});

it.each([
  ["data events alone", [[data]]],
  ["console logins alone", [[management, { Field: "eventName", Equals: ["Federate"] }]]],
  ["one login event left out", [[management, { Field: "eventName", NotEquals: ["GetRoleCredentials"] }]]],
  ["Identity Center left out", [[management, { Field: "eventSource", NotEquals: ["sso.amazonaws.com"] }]]],
  ["another source alone", [[management, { Field: "eventSource", Equals: ["s3.amazonaws.com"] }]]],
  ["writes alone", [[management, { Field: "readOnly", Equals: ["false"] }]]],
  ["sources by their beginning", [[management, { Field: "eventSource", StartsWith: ["s"] }]]],
])("may miss logins with %s", (_, selectors) => {
  expect(recordsLogins(selectors.map((FieldSelectors) => ({ FieldSelectors })))).toBe(false);
});
