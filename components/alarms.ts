import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { REPORT_PREFIX } from "../handlers/bucket/bucket";
import { logPlace, type Metric, metricNamespace, reportDimension } from "../handlers/notify/notify";
import type { AwsAccount } from "./awsAccount";
import type { ReportBucket } from "./reportBucket";
import type { ReportFunction } from "./reportFunction";
import type { ReportSchedule } from "./reportSchedule";

/** A report and what can go wrong with it. */
export interface WatchedReport {
  readonly account: pulumi.Output<AwsAccount>;
  readonly bucket: ReportBucket;
  readonly report: ReportFunction;
  readonly stateMachine: aws.sfn.StateMachine;
  readonly schedule: ReportSchedule;
  /** The value of the metrics' dimension. */
  readonly reportName: string;
  /** Undefined where nobody is to be told: the alarms are then seen in the console alone. */
  readonly topicArn: pulumi.Input<string> | undefined;
}

/** One alarm for each way in which a report can go wrong once its run was asked for. */
export function alarms(name: string, watched: WatchedReport, parent: pulumi.Resource): void {
  const { bucket, stateMachine, schedule, reportName, topicArn } = watched;
  const logs = logsOf(watched);
  const alarm = (what: string, description: pulumi.Output<string>, metric: AlarmMetric) =>
    new aws.cloudwatch.MetricAlarm(
      `${name}-${what}`,
      {
        alarmDescription: description,
        evaluationPeriods: 1,
        ...metric,
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        threshold: 1,
        // No run, no news.
        treatMissingData: "notBreaching",
        alarmActions: actions(topicArn),
      },
      { parent },
    );

  alarm(
    "failed",
    pulumi.interpolate`A run of the credential report failed, took more than a day or was stopped. Why: s3://${bucket.name}/${REPORT_PREFIX}status/, the execution of the state machine ${stateMachine.name}, or the log: ${logs}`,
    unsuccessfulExecutions(stateMachine.arn),
  );
  alarm(
    "degraded",
    pulumi.interpolate`The newest credential report is there, but not all could be observed: cells say UNKNOWN. Which report: s3://${bucket.name}/${REPORT_PREFIX}latest.json. Why: the warnings in its manifest, or the log: ${logs}`,
    { ...reportMetric("Degraded", reportName), statistic: "Sum", period },
  );
  alarm(
    "sheet-not-carried",
    pulumi.interpolate`Nothing was carried of a returned review sheet in s3://${bucket.name}/${REPORT_PREFIX}decisions/: somebody believes that they have decided. Which file and why: "decisions" in the manifest that s3://${bucket.name}/${REPORT_PREFIX}latest.json names. Have it checked with "npm run review -- check FILE", saved again as .xlsx or "CSV UTF-8" and put there in place of the other, and start the runbook. The log: ${logs}`,
    { ...reportMetric("SheetsNotCarried", reportName), statistic: "Sum", period },
  );
  alarm(
    "schedule-dead-letters-used",
    pulumi.interpolate`The credential report's schedule could not start a run; the queue ${schedule.deadLetters.name} holds the event and, in its attributes, why. Fix it, start the runbook, then empty the queue. The function's log: ${logs}`,
    messagesIn(schedule.deadLetters),
  );
}

/** A metric that the function writes of this report. */
export function reportMetric(metric: Metric, reportName: string) {
  return { namespace: metricNamespace, metricName: metric, dimensions: { [reportDimension]: reportName } };
}

/** Where the function's log is shown. */
export function logsOf({ account, report }: WatchedReport): pulumi.Output<string> {
  return pulumi
    .output({ account, logGroupName: report.logGroup.name })
    .apply((group) => logPlace({ ...group.account, logGroupName: group.logGroupName }));
}

export function actions(topicArn: pulumi.Input<string> | undefined): pulumi.Input<string>[] {
  return topicArn === undefined ? [] : [topicArn];
}

type AlarmMetric = Omit<aws.cloudwatch.MetricAlarmArgs, "comparisonOperator" | "evaluationPeriods"> &
  Partial<Pick<aws.cloudwatch.MetricAlarmArgs, "evaluationPeriods">>;

/** Seconds. */
const period = 300;

/** Executions that did not succeed. One that timed out or was stopped is not among Step Functions' failed ones. */
function unsuccessfulExecutions(stateMachineArn: pulumi.Input<string>): AlarmMetric {
  const endings = { failed: "ExecutionsFailed", timed: "ExecutionsTimedOut", aborted: "ExecutionsAborted" };
  const metrics = Object.entries(endings).map(([id, metricName]) => ({
    id,
    metric: {
      namespace: "AWS/States",
      metricName,
      dimensions: { StateMachineArn: stateMachineArn },
      period,
      stat: "Sum",
    },
  }));
  // A sum with a part that is missing is missing.
  const sum = Object.keys(endings).map((id) => `FILL(${id}, 0)`);
  return {
    metricQueries: [
      ...metrics,
      { id: "unsuccessful", label: "Unsuccessful runs", expression: sum.join(" + "), returnData: true },
    ],
    // What comes late takes the place of a zero, in a period that is looked at again.
    evaluationPeriods: 3,
    datapointsToAlarm: 1,
  };
}

function messagesIn(queue: aws.sqs.Queue): AlarmMetric {
  return {
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: queue.name },
    statistic: "Maximum",
    period,
  };
}
