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
  readonly schedule: ReportSchedule;
  /** The value of the metrics' dimension. */
  readonly reportName: string;
  /** Undefined where nobody is to be told: the alarms are then seen in the console alone. */
  readonly topicArn: pulumi.Input<string> | undefined;
}

/** One alarm for each way in which a report can go wrong once its run was asked for. */
export function alarms(name: string, watched: WatchedReport, parent: pulumi.Resource): void {
  const { bucket, report, schedule, reportName, topicArn } = watched;
  const logs = logsOf(watched);
  const alarm = (what: string, description: pulumi.Output<string>, metric: AlarmMetric) =>
    new aws.cloudwatch.MetricAlarm(
      `${name}-${what}`,
      {
        alarmDescription: description,
        ...metric,
        period: 300,
        evaluationPeriods: 1,
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
    pulumi.interpolate`A run of the credential report failed. Why: s3://${bucket.name}/${REPORT_PREFIX}status/, or the log: ${logs}`,
    {
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: report.function.name },
      statistic: "Sum",
    },
  );
  alarm(
    "degraded",
    pulumi.interpolate`The newest credential report is there, but not all could be observed: cells say UNKNOWN. Which report: s3://${bucket.name}/${REPORT_PREFIX}latest.json. Why: the warnings in its manifest, or the log: ${logs}`,
    { ...reportMetric("Degraded", reportName), statistic: "Sum" },
  );
  alarm(
    "function-dead-letters-used",
    pulumi.interpolate`An event of the credential report was given up by its function; the queue ${report.deadLetters.name} holds it. Fix what the log says, start the runbook, then empty the queue. The log: ${logs}`,
    messagesIn(report.deadLetters),
  );
  alarm(
    "schedule-dead-letters-used",
    pulumi.interpolate`The credential report's schedule could not start its function; the queue ${schedule.deadLetters.name} holds the event and, in its attributes, why. Fix it, start the runbook, then empty the queue. The function's log: ${logs}`,
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

type AlarmMetric = Pick<aws.cloudwatch.MetricAlarmArgs, "namespace" | "metricName" | "dimensions" | "statistic">;

function messagesIn(queue: aws.sqs.Queue): AlarmMetric {
  return {
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: queue.name },
    statistic: "Maximum",
  };
}
