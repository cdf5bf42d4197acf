import { CredentialReport } from "./components/credentialReport";
import { stackSettings } from "./components/stackConfig";

const report = new CredentialReport("credential-report", stackSettings());

export const bucketName = report.bucketName;
export const functionName = report.functionName;
export const logGroupName = report.logGroupName;
export const scheduleName = report.scheduleName;
export const scheduleExpression = report.scheduleExpression;
export const nextRun = report.nextRun;
export const documentName = report.documentName;
export const startCommand = report.startCommand;
