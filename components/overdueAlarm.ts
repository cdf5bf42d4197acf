import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { REPORT_PREFIX } from "../handlers/bucket/bucket";
import { actions, logsOf, reportMetric, type WatchedReport } from "./alarms";
import { periodHours } from "./scheduleExpression";
import { watchHours } from "./watch";

export interface OverdueAlarmArgs extends WatchedReport {
  /** The report's schedule expression. */
  readonly expression: pulumi.Input<string>;
}

/**
 * Tells when no report came within the schedule's period and a day, and so also when the schedule never fires. A CloudWatch alarm
 * looks back for at most seven days, less than a week and a day. So the age of the newest report is a metric of its own, which the
 * watch writes four times a day, and its silence counts as too old.
 */
export function overdueAlarm(name: string, args: OverdueAlarmArgs, parent: pulumi.Resource): void {
  const limit = pulumi.output(args.expression).apply((expression) => periodHours(expression) + 24);
  new aws.cloudwatch.MetricAlarm(
    `${name}-overdue`,
    {
      alarmDescription: pulumi.interpolate`No credential report for ${limit} hours, the schedule's period and a day. The newest: s3://${args.bucket.name}/${REPORT_PREFIX}latest.json. See whether the schedule is enabled and its dead-letter queue empty, then start the runbook. The log: ${logsOf(args)}`,
      ...reportMetric("HoursSinceLastReport", args.reportName),
      statistic: "Minimum",
      period: watchHours * 60 * 60,
      // Two in a row: one watch may be late.
      evaluationPeriods: 2,
      comparisonOperator: "GreaterThanThreshold",
      threshold: limit,
      treatMissingData: "breaching",
      // Before the first watch has come there is nothing to miss.
      warmUpConfiguration: { warmUpPeriodDurationInMinutes: watchHours * 60 },
      alarmActions: actions(args.topicArn),
    },
    { parent },
  );
}
