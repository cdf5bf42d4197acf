import { allowsEverything } from "../../handlers/grants/administrators";

const ARN = "arn:aws:sso:::permissionSet/ssoins-1111222233334444/ps-1111222233334444";
const of = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const allow = (Action: unknown, Resource: unknown = "*") => ({ Effect: "Allow", Action, Resource });

describe("an inline policy allows everything", () => {
  test.each<[string, string]>([
    ["one statement, not in a list", JSON.stringify({ Statement: allow("*") })],
    ["among others", of(allow("s3:GetObject"), allow(["s3:*", "*"], ["arn:aws:s3:::a", "*"]))],
    ["for all services", of(allow("*:*"))],
    ["under a condition", of({ ...allow("*"), Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } })],
  ])("%s", (_, policy) => expect(allowsEverything(ARN, policy)).toBe(true));

  test.each<[string, string]>([
    ["none", ""],
    ["a service", of(allow("iam:*"))],
    ["a resource", of(allow("*", "arn:aws:s3:::a/*"))],
    ["a denial", of({ Effect: "Deny", Action: "*", Resource: "*" })],
    ["all but something", of({ Effect: "Allow", NotAction: "iam:*", Resource: "*" })],
    ["no statement", of()],
    ["a statement that is nothing", JSON.stringify({ Statement: [null] })],
  ])("not: %s", (_, policy) => expect(allowsEverything(ARN, policy)).toBe(false));

  test.each(["{", "[]", "null", '"*"', '{"Statement":"*"}'])("is not guessed from %s", (policy) => {
    expect(() => allowsEverything(ARN, policy)).toThrow(/InlinePolicy: expected the policy of arn:aws:sso/);
  });
});
