import { CredentialReport } from "identity-center-credential-report";

// Nothing has to be set: logins come from Event history, which every account has and keeps for 90 days.
const report = new CredentialReport("credential-report", {
  notificationEmail: "security@example.com",
  administratorPermissionSets: ["PlatformAdmin"],
});

export const { bucketName, stateMachineArn, startCommand, nextRun } = report;
