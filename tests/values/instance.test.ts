import { optionOf } from "../../cli/arguments";
import { chooseInstance } from "../../handlers/grants/grants";

const one = { instanceArn: "arn:aws:sso:::instance/ssoins-1111111111111111", identityStoreId: "d-1111111111" };
const odd = { instanceArn: "arn:aws:sso:::instance/ins-1", identityStoreId: "store-of-an-emulator" };
const other = { instanceArn: "arn:aws:sso:::instance/ssoins-2222222222222222", identityStoreId: "d-2222222222" };

test.each([
  ["the account's one instance", [one], "", "", one],
  ["the store of a given instance", [one, other], other.instanceArn, "", other],
  ["an instance whose ids have another form, since AWS says so", [odd], "", "", odd],
  ["the instance of a given store", [other, one], "", one.identityStoreId, one],
])("finds %s", (_, instances, instanceArn, identityStoreId, expected) => {
  expect(chooseInstance(instances, { instanceArn, identityStoreId })).toEqual(expected);
});

test.each([
  ["none", [], "", "", "found none. Use the Region of Identity Center"],
  [
    "several",
    [one, other],
    "",
    "",
    `found 2: ${one.instanceArn} with identity store d-1111111111, ${other.instanceArn}`,
  ],
  [
    "another instance",
    [one],
    other.instanceArn,
    "",
    `instanceArn: expected that of an IAM Identity Center instance of this account and Region, got "${other.instanceArn}", found ${one.instanceArn}`,
  ],
  [
    "another store",
    [one],
    "",
    other.identityStoreId,
    `identityStoreId: expected that of an IAM Identity Center instance of this account and Region, got "d-2222222222"`,
  ],
])("says so when there is %s", (_, instances, instanceArn, identityStoreId, message) => {
  expect(() => chooseInstance(instances, { instanceArn, identityStoreId })).toThrow(message);
});

test("an instance that AWS names by half is none", () => {
  expect(() => chooseInstance([{ ...one, identityStoreId: "" }], { instanceArn: "", identityStoreId: "" })).toThrow(
    "without its ARN or its identity store",
  );
});

test("in the terminal the options are named", () => {
  const given = { instanceArn: other.instanceArn, identityStoreId: "" };
  expect(() => chooseInstance([one], given, optionOf)).toThrow(/^--instance-arn: expected that of/);
  expect(() => chooseInstance([], given, optionOf)).toThrow(/or set both --instance-arn and --identity-store-id\.$/);
});
