import { Config } from "@pulumi/pulumi";
import { CredentialReport } from "identity-center-credential-report";

// A trail's bucket keeps its files for as long as its owner wants: half a year shows what is used once a quarter.
const report = new CredentialReport("credential-report", {
  trailTable: new Config().require("trailTable"),
  trailWorkgroup: "primary",
  lookbackDays: 180,
  notificationEmail: "security@example.com",
});

export const { bucketName, stateMachineArn, startCommand, nextRun } = report;
