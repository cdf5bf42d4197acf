import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccount } from "./awsAccount";
import { deadLetterQueue } from "./deadLetterQueue";
import { nextOccurrence } from "./occurrences";
import { type PolicyDocument, policyDocument, serviceTrust, useKey } from "./policy";
import { parseSchedule } from "./scheduleExpression";

export interface ReportScheduleArgs {
  readonly account: pulumi.Output<AwsAccount>;
  readonly functionArn: pulumi.Input<string>;
  /** An EventBridge Scheduler expression. */
  readonly schedule: pulumi.Input<string>;
  /** An IANA time zone. */
  readonly scheduleTimezone: pulumi.Input<string>;
  readonly scheduleEnabled: boolean;
  /** "" leaves the encryption to SQS. */
  readonly kmsKeyArn: pulumi.Input<string>;
}

export interface ReportSchedule {
  readonly schedule: aws.scheduler.Schedule;
  /** Takes the events that Scheduler could not hand to Lambda. */
  readonly deadLetters: aws.sqs.Queue;
  /** May start the function, and nothing else. */
  readonly role: aws.iam.Role;
}

/** The schedule, its role, and the queue for events that did not reach the function. */
export function reportSchedule(name: string, args: ReportScheduleArgs, parent: pulumi.Resource): ReportSchedule {
  const deadLetters = deadLetterQueue(`${name}-schedule-dead-letters`, args.kmsKeyArn, { parent });
  const { role, policy } = scheduleRole(name, args, deadLetters, parent);

  const schedule = new aws.scheduler.Schedule(
    `${name}-schedule`,
    {
      description: "Starts the credential report.",
      scheduleExpression: args.schedule,
      scheduleExpressionTimezone: args.scheduleTimezone,
      state: args.scheduleEnabled ? "ENABLED" : "DISABLED",
      // Nobody waits for the minute, and AWS asks for some leeway.
      flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 },
      target: {
        arn: args.functionArn,
        roleArn: role.arn,
        // Scheduler puts the id of its invocation in.
        input: JSON.stringify({ runId: "<aws.scheduler.execution-id>", trigger: "schedule" }),
        // These are for handing the event to Lambda, which queues it; a run that fails is not started again.
        retryPolicy: { maximumEventAgeInSeconds: 60 * 60, maximumRetryAttempts: 5 },
        deadLetterConfig: { arn: deadLetters.arn },
      },
    },
    { parent, dependsOn: [policy] },
  );
  return { schedule, deadLetters, role };
}

function scheduleRole(name: string, args: ReportScheduleArgs, deadLetters: aws.sqs.Queue, parent: pulumi.Resource) {
  const role = new aws.iam.Role(
    `${name}-schedule-role`,
    {
      description: "Lets EventBridge Scheduler start the credential report.",
      assumeRolePolicy: args.account.apply(({ partition, region, accountId }) => {
        // Scheduler names the schedule's group, never the schedule: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        const group = `arn:${partition}:scheduler:${region}:${accountId}:schedule-group/default`;
        return JSON.stringify(serviceTrust("scheduler.amazonaws.com", accountId, group));
      }),
    },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-schedule-policy`,
    {
      role: role.id,
      policy: pulumi
        .output({ functionArn: args.functionArn, deadLetterQueueArn: deadLetters.arn, kmsKeyArn: args.kmsKeyArn })
        .apply((arns) => JSON.stringify(schedulePolicy(arns))),
    },
    { parent: role },
  );
  return { role, policy };
}

export interface SchedulePolicyArgs {
  readonly functionArn: string;
  readonly deadLetterQueueArn: string;
  /** "" where the queue is encrypted with SQS' own key. */
  readonly kmsKeyArn: string;
}

export function schedulePolicy({ functionArn, deadLetterQueueArn, kmsKeyArn }: SchedulePolicyArgs): PolicyDocument {
  return policyDocument(
    { Sid: "StartReport", Effect: "Allow", Action: "lambda:InvokeFunction", Resource: functionArn },
    { Sid: "KeepUndeliveredEvents", Effect: "Allow", Action: "sqs:SendMessage", Resource: deadLetterQueueArn },
    ...(kmsKeyArn === "" ? [] : [useKey(kmsKeyArn, ["sqs"])]),
  );
}

/** When a schedule comes next, in words where it has no time. */
export function nextRun(expression: string, timeZone: string, enabled: boolean, now: Date): string {
  if (!enabled) return "never: scheduleEnabled is false";
  const schedule = parseSchedule(expression);
  if (schedule.kind === "rate") return `${expression}, counted from the schedule's creation`;
  const next = nextOccurrence(schedule, timeZone, now);
  return next === undefined ? "never: the schedule has ended" : next.toISOString().replace(".000Z", "Z");
}
