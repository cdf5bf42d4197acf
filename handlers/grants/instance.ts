import { reportError } from "../errors";

/** An IAM Identity Center instance; of what somebody gave, "" stands for any. */
export interface Instance {
  readonly instanceArn: string;
  readonly identityStoreId: string;
}

/**
 * The one instance among those that AWS found which is as given. Its ids are taken as AWS says them, whatever their form.
 *
 * @param nameOf what the reader of an error calls a setting
 */
export function chooseInstance(
  found: readonly Instance[],
  given: Instance,
  nameOf: (key: keyof Instance) => string = (key) => key,
): Instance {
  const [arn, store] = [nameOf("instanceArn"), nameOf("identityStoreId")];
  if (found.length === 0) {
    throw reportError(
      "NoInstance",
      `${arn} and ${store}: expected an IAM Identity Center instance in this account and Region, found none. Use the Region of ` +
        `Identity Center, and the management account or its delegated administrator, or set both ${arn} and ${store}.`,
    );
  }
  const list = found.map((one) => `${one.instanceArn} with identity store ${one.identityStoreId}`).join(", ");
  const matching = found.filter(
    ({ instanceArn, identityStoreId }) =>
      ["", instanceArn].includes(given.instanceArn) && ["", identityStoreId].includes(given.identityStoreId),
  );
  const [one] = matching;
  if (one !== undefined && (one.instanceArn === "" || one.identityStoreId === "")) {
    throw reportError(
      "NoInstance",
      `AWS named an instance without its ARN or its identity store: ${list}. Set ${arn} and ${store}.`,
    );
  }
  if (one !== undefined && matching.length === 1) return one;
  if (matching.length > 1) {
    throw reportError(
      "NoInstance",
      `${arn}: expected one IAM Identity Center instance, found ${matching.length}: ${list}. Set ${arn} to the one to report on.`,
    );
  }
  const wrong = given.instanceArn === "" ? "identityStoreId" : "instanceArn";
  throw reportError(
    "NoInstance",
    `${nameOf(wrong)}: expected that of an IAM Identity Center instance of this account and Region, got "${given[wrong]}", ` +
      `found ${list}. Correct it, or leave it empty if there is one instance only.`,
  );
}
