import { CredentialReport, reportNameOf } from "./components/credentialReport";
import { lookUp } from "./components/lookUp";
import { stackSettings, stackValues, withoutSecrets } from "./components/stackConfig";

const name = "credential-report";

export = async () => {
  await lookUp(name, reportNameOf(name), stackValues(), withoutSecrets);
  const report = new CredentialReport(name, stackSettings());
  return {
    bucketName: report.bucketName,
    functionName: report.functionName,
    logGroupName: report.logGroupName,
    stateMachineArn: report.stateMachineArn,
    scheduleName: report.scheduleName,
    scheduleExpression: report.scheduleExpression,
    nextRun: report.nextRun,
    documentName: report.documentName,
    startCommand: report.startCommand,
  };
};
