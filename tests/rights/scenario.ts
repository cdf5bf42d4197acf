import type { LocalAws } from "../../local/aws";
import type { Deployment } from "../../local/deployment/deploy";
import {
  accessApplication,
  account,
  applicationArn,
  entitlement,
  group,
  groupAssignment,
  groupId,
  login,
  many,
  membership,
  organisationOf,
  permissionSet,
  user,
  userAssignment,
} from "../support/organisation";
import { resourcesOf } from "./roles";

const members = 300;
const accounts = 10;
/** In the stack's Region. */
const accessApplicationArn = accessApplication(0).applicationArn.replace("eu-west-1", "us-east-1");

/** Few calls, but rows long enough that the report is uploaded in parts: 3,000 of three kilobytes. */
const large = organisationOf({
  OwnerAccountId: "111122223333",
  Accounts: many(accounts, (index) => account(index)),
  PermissionSets: [permissionSet(0, { Description: "what this set is for, ".repeat(30) }), permissionSet(1)],
  Users: many(members, (index) => user(index, { DisplayName: "a name ".repeat(140) })),
  Groups: [group(0, { DisplayName: "a group ".repeat(120) })],
  GroupMemberships: many(members, (index) => membership(0, index)),
  AccountAssignments: [
    ...many(accounts, (index) => groupAssignment(index, 0, 0)),
    userAssignment(0, 1, 0),
    // Who is gone is asked for by id.
    userAssignment(0, 1, members),
    groupAssignment(0, 1, 1),
  ],
  AccountAccessApplications: [{ ...accessApplication(0), applicationArn: accessApplicationArn }],
  AccountAccessEntitlements: [
    entitlement(0, "Operator", { groupId: groupId(0) }, { applicationArn: accessApplicationArn }),
  ],
  Applications: [{ ApplicationArn: applicationArn(0), Name: "a server" }],
  ApplicationAccessScopes: [{ ApplicationArn: applicationArn(0), Scopes: [{ Scope: "sso:account:access" }] }],
  Records: [login(0, 0, 0)],
});

/** The same with few rows, which most of what is done needs no more than. */
export const organisation = { ...large, GroupMemberships: [membership(0, 0)] };

/** Has the function, the runbook and the schedules do everything that they ever do, good and bad. */
export async function runEverything(localAws: LocalAws, deployment: Deployment): Promise<void> {
  const failing = [{ operation: "sso-admin:ListPermissionSets", kind: "accessDenied" }] as const;
  const unobserved = ["cloudtrail:StartQuery", "cloudtrail:LookupEvents", "athena:GetQueryResults"].map(
    (operation) => ({ operation, kind: "accessDenied" }) as const,
  );
  const unfinished = [{ operation: "s3:CompleteMultipartUpload", kind: "accessDenied" }] as const;
  const watch = resourcesOf(deployment, "aws:scheduler/schedule:Schedule").find(({ name }) => name.endsWith("-watch"))!;

  await deployment.fireSchedule(String(watch.inputs.name));
  const published = await deployment.runRunbook();
  expect([published.AutomationExecutionStatus, deployment.logs().at(-1)]).toEqual(["Success", expect.anything()]);
  await deployment.fireSchedule();
  await deployment.fireSchedule(String(watch.inputs.name));
  await localAws.serveOrganisation(large);
  localAws.inject(unobserved);
  expect(JSON.parse((await deployment.startExecution().ended).output!)).toMatchObject({ status: "degraded" });
  localAws.inject(failing);
  const failed = await deployment.runRunbook();
  expect(failed.AutomationExecutionStatus).toBe("Failed");
  localAws.inject(unfinished);
  expect(await deployment.startExecution().ended).toMatchObject({ status: "FAILED", error: "AccessDenied" });
  localAws.inject([]);
  await localAws.serveOrganisation(organisation);
}
