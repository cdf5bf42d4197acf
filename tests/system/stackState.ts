import type { Deployment } from "../../local/deployment/deploy";
import type { Change } from "../../local/deployment/stack";

// What tests of a stack's changes look at.

/** Two keys. */
export const [one, another] = ["1", "2"].map(
  (digit) => `arn:aws:kms:us-east-1:111122223333:key/${digit.repeat(8)}-12ab-34cd-56ef-1234567890ab`,
) as [string, string];

/** The error that it failed with. */
export const failed = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error("it did not fail"),
    (error) => error,
  );

/** What a list of changes says of each resource that is not as it was. */
export const changed = (changes: readonly Change[]) =>
  changes.filter(({ operation }) => operation !== "same").map(({ name, operation }) => `${name} ${operation}`);

export const bucketSettings = ["encryption", "lifecycle", "ownership", "policy", "public-access", "versioning"].map(
  (setting) => `credential-report-reports-${setting}`,
);

type Statement = { Sid: string; Resource: string; Condition: { StringEquals: { "kms:ViaService": string[] } } };

/** What is encrypted with a key, by service and role, where the role may not use it. */
export function lockedOut({ standing }: Deployment): string[] {
  const mayUse = (role: string, service: string, key: string) =>
    standing
      .filter(
        ({ type, inputs }) =>
          type.endsWith(":RolePolicy") && String(inputs.role).startsWith(`credential-report-${role}-role-`),
      )
      .flatMap(({ inputs }) => JSON.parse(String(inputs.policy)).Statement as Statement[])
      .some(
        ({ Sid, Resource, Condition }) =>
          Sid === "UseKey" &&
          Resource === key &&
          Condition.StringEquals["kms:ViaService"].some((via) => via.startsWith(`${service}.`)),
      );
  return standing.flatMap(({ name, inputs }) => {
    const rule = (
      inputs.rules as { applyServerSideEncryptionByDefault?: { kmsMasterKeyId?: string } }[] | undefined
    )?.[0];
    const key =
      rule?.applyServerSideEncryptionByDefault?.kmsMasterKeyId ?? (inputs.kmsMasterKeyId as string | undefined);
    if (key === undefined) return [];
    const service = rule ? "s3" : name.endsWith("dead-letters") ? "sqs" : "sns";
    const role = name.includes("-schedule-") ? "schedule" : "function";
    return mayUse(role, service, key) ? [] : [`${name}: ${role} by ${service}`];
  });
}
