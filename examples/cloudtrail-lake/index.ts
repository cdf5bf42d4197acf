import { Config } from "@pulumi/pulumi";
import { CredentialReport } from "identity-center-credential-report";

// An event data store keeps events for years: a window of a year shows what is used once a quarter.
const report = new CredentialReport("credential-report", {
  lakeId: new Config().require("lakeId"),
  lookbackDays: 365,
  notificationEmail: "security@example.com",
});

export const { bucketName, stateMachineArn, startCommand, nextRun } = report;
