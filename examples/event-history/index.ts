import { CredentialReport } from "identity-center-credential-report";

// No login source is set: logins come from Event history, which every account has and AWS keeps for 90 days.
const report = new CredentialReport("credential-report", {
  notificationEmail: "security@example.com",
  administratorPermissionSets: ["PlatformAdmin"],
});

export const { bucketName, stateMachineArn, startCommand, nextRun } = report;
