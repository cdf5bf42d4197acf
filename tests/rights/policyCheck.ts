import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Deployment, deploy } from "../../local/deployment/deploy";
import { eventDataStoreArn, organisationOf } from "../support/organisation";
import { covers, decide, list, type Need, type Policy } from "./evaluator";

/** Where the policies of `docs/policies` are for. */
export const account = { partition: "aws", region: "eu-west-1", accountId: "111122223333" };
export const kmsKeyArn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** Everything that a stack can have. */
const config = {
  lakeId: eventDataStoreArn,
  "aws:region": account.region,
  kmsKeyArn,
  notificationEmail: "security@example.com",
  notifyOnSuccess: true,
  dashboard: true,
  catalog: true,
  lockReports: 1,
  deleteBucket: true,
};

/** That stack, deployed, for the tests of one file. */
export function useStackWithEverything(): () => Deployment {
  let localAws: LocalAws;
  let deployment: Deployment;
  beforeAll(async () => {
    localAws = await startLocalAws({
      organisation: organisationOf({ OwnerAccountId: account.accountId }),
      keys: { [kmsKeyArn]: "Enabled" },
    });
    deployment = await deploy({ localAws, config });
  }, 120_000);
  afterAll(async () => {
    await deployment?.close();
    await localAws?.close();
  });
  return () => deployment;
}

/** A policy of `docs/policies`. */
export const policyOf = (name: string): Policy =>
  JSON.parse(readFileSync(join(__dirname, `../../docs/policies/${name}.json`), "utf8"));

export function person(policy: Policy) {
  const principal = `arn:aws:iam::${account.accountId}:role/person`;
  // A key asks its own policy, too: the one that docs/rights.md gives.
  const resourcePolicy = ({ resource }: Need) => (resource.includes(":key/") ? policyOf("key") : undefined);
  return (need: Need) => {
    const asking = { principal, accountId: account.accountId, identityPolicies: [policy] };
    return decide({ ...asking, resourcePolicy: resourcePolicy(need) }, need);
  };
}

export type Row = [why: string, action: string, resource: string, context?: Record<string, string>];

/** The rows that are not decided as expected. */
export async function notAllowed(
  policy: Policy,
  rows: readonly Row[],
  expected: "Allowed" | "denied",
): Promise<object[]> {
  const wrong: object[] = [];
  for (const [why, action, resource, context = {}] of rows) {
    const decision = await person(policy)({ action, resource, context });
    if ((decision === "Allowed") !== (expected === "Allowed")) wrong.push({ why, action, resource, context, decision });
  }
  return wrong;
}

/** Every (action, resource) of a policy that none of the needs is covered by. */
export function unused(policy: Policy, needs: readonly Need[]): string[] {
  return policy.Statement.flatMap(({ Sid, Action, Resource }) =>
    list(Action)
      .filter((action) => {
        const used = needs.filter((need) => need.action === action);
        return !list(Resource).some((resource) => used.some((need) => covers(resource, need.resource)));
      })
      .map((action) => `${Sid}: ${action}`),
  );
}
