import { loginOf, removedRegionOf } from "../../handlers/logins/eventRecord";

const record = {
  eventSource: "sso.amazonaws.com",
  eventTime: "2026-11-20T08:00:00Z",
  userIdentity: { type: "IdentityCenterUser", onBehalfOf: { userId: "a" } },
  serviceEventDetails: { account_id: "111122223333", role_name: "Admin" },
};
const event = (changed: object, outer: object = {}) => ({
  ...{ EventId: "1", EventSource: "sso.amazonaws.com", EventTime: new Date("2026-11-20T08:00:00Z") },
  ...outer,
  CloudTrailEvent: JSON.stringify({ ...record, ...changed }),
});
const login = { userId: "a", principalId: "", userName: "", accountId: "111122223333", roleName: "Admin" };
const atMs = Date.parse("2026-11-20T08:00:00Z");

test("a login is its record's", () => {
  expect(loginOf(event({}), "Federate", 0)).toEqual({ id: "1", atMs, login });
});

test.each([
  ["in the record", event({ eventSource: "sts.amazonaws.com" })],
  ["beside it", event({}, { EventSource: "account-access.amazonaws.com" })],
])("another service's event is none, where that stands %s", (_, of) => {
  expect(loginOf(of, "GetRoleCredentials", 0)).toBeNull();
  expect(removedRegionOf(of)).toBeNull();
});

test("an event that does not say whose it is may be one", () => {
  expect(loginOf(event({ eventSource: undefined }), "Federate", 0)).toEqual({ id: "1", atMs, login });
  expect(loginOf(event({ eventSource: undefined }, { EventSource: undefined }), "Federate", 0)).not.toBeNull();
});

test("a failed one is none; an application's is none; one without account and role is a use of something", () => {
  expect(loginOf(event({ errorCode: "AccessDenied" }), "Federate", 0)).toBeNull();
  expect(loginOf(event({ serviceEventDetails: {} }), "Federate", 0)).toBeNull();
  expect(loginOf(event({ serviceEventDetails: {} }), "GetRoleCredentials", 0)).toMatchObject({
    login: { userId: "a", accountId: "", roleName: "" },
  });
});

test.each(["", "{", "[]", "7", "null"])(
  "a record that is %j is a use by nobody knows whom of nobody knows what",
  (text) => {
    const unreadable = { ...event({}), CloudTrailEvent: text };
    const nobody = { userId: "", principalId: "", userName: "", accountId: "", roleName: "" };
    expect(loginOf(unreadable, "Federate", 0)).toEqual({ id: "1", atMs, login: nobody });
    expect(loginOf({ ...unreadable, EventTime: undefined }, "Federate", 5)).toMatchObject({ atMs: 5 });
    expect(removedRegionOf(unreadable)).toBe("");
  },
);

test("a removed Region is named, or is one whose name nobody knows", () => {
  expect(removedRegionOf(event({ requestParameters: { regionName: "ap-southeast-2" } }))).toBe("ap-southeast-2");
  expect(removedRegionOf(event({ requestParameters: null }))).toBe("");
  expect(removedRegionOf(event({ errorCode: "AccessDenied" }))).toBeNull();
});
