import { chooseInstance } from "../../components/identityCenter";

const one = { instanceArn: "arn:aws:sso:::instance/ssoins-1111111111111111", identityStoreId: "d-1111111111" };
const other = { instanceArn: "arn:aws:sso:::instance/ssoins-2222222222222222", identityStoreId: "d-2222222222" };

function found(...instances: (typeof one)[]) {
  return {
    arns: instances.map((instance) => instance.instanceArn),
    identityStoreIds: instances.map((instance) => instance.identityStoreId),
  };
}

test.each([
  ["the account's one instance", [one], "", "", one],
  ["the store of a given instance", [one, other], other.instanceArn, "", other],
  ["the instance of a given store", [other, one], "", one.identityStoreId, one],
])("finds %s", (_, instances, instanceArn, identityStoreId, expected) => {
  expect(chooseInstance(found(...instances), instanceArn, identityStoreId)).toEqual(expected);
});

test.each([
  ["none", [], "", "", "found none. Deploy to the Region of Identity Center"],
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
  expect(() => chooseInstance(found(...instances), instanceArn, identityStoreId)).toThrow(message);
});
