import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { REPORT_PREFIX } from "../handlers/bucket/bucket";
import { actions, logsOf, reportMetric, type WatchedReport } from "./alarms";

/** How often the watch comes. */
export const watchHours = 6;

export interface WatchArgs extends WatchedReport {
  /** Whether the watch tells how old the newest report is. */
  readonly tellsAge: boolean;
}

/**
 * A second schedule of the state machine, four times a day: it has the function tell how old the newest report is, and read on in Event history, where
 * logins come from there. It starts no report.
 */
export function watch(name: string, args: WatchArgs, parent: pulumi.Resource): void {
  new aws.scheduler.Schedule(
    `${name}-watch`,
    {
      description:
        "Has the credential report's function tell how old the newest report is, and read on in Event history. It starts no report.",
      scheduleExpression: `rate(${watchHours} hours)`,
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: args.stateMachine.arn,
        roleArn: args.schedule.role.arn,
        input: JSON.stringify({ trigger: args.tellsAge ? "watch" : "harvest" }),
        retryPolicy: { maximumEventAgeInSeconds: 60 * 60, maximumRetryAttempts: 5 },
        deadLetterConfig: { arn: args.schedule.deadLetters.arn },
      },
    },
    // A rate begins at once, and then the role must have its policy.
    { parent, dependsOn: [args.schedule.schedule] },
  );
}

/** Tells when the login archive has fallen behind by a day: what Event history deletes before it was read is lost. */
export function archiveAlarm(name: string, args: WatchedReport, parent: pulumi.Resource): void {
  const longestHours = 24;
  new aws.cloudwatch.MetricAlarm(
    `${name}-archive-behind`,
    {
      alarmDescription: pulumi.interpolate`The credential report's login archive, s3://${args.bucket.name}/${REPORT_PREFIX}logins/, has nothing of the last ${longestHours} hours: Event history is not read, or has more events than can be read. See the executions of the state machine ${args.stateMachine.name}, and the log: ${logsOf(args)}`,
      ...reportMetric("HoursSinceLastArchived", args.reportName),
      statistic: "Minimum",
      period: watchHours * 60 * 60,
      // Two in a row: one watch may be late.
      evaluationPeriods: 2,
      comparisonOperator: "GreaterThanThreshold",
      threshold: longestHours,
      treatMissingData: "breaching",
      // Before the first watch has come there is nothing to miss.
      warmUpConfiguration: { warmUpPeriodDurationInMinutes: watchHours * 60 },
      alarmActions: actions(args.topicArn),
    },
    { parent },
  );
}
