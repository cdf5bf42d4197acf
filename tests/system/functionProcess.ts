import { createReportHandler } from "../../handlers/report";

// One invocation of the function in a process of its own, for tests to kill: node functionProcess.js RUN_ID REMAINING_MS

const [runId, remainingMs] = process.argv.slice(2);
const deadlineMs = Date.now() + Number(remainingMs);
const invokedFunctionArn = "arn:aws:lambda:us-east-1:111122223333:function:credential-report";
const context = {
  awsRequestId: "request",
  invokedFunctionArn,
  getRemainingTimeInMillis: () => deadlineMs - Date.now(),
};

createReportHandler()({ runId: runId! }, context).then(
  () => process.exit(0),
  () => process.exit(1),
);
