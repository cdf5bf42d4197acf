import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccount } from "./awsAccount";
import { deadLetterQueue } from "./deadLetterQueue";
import { keyRights } from "./keyRights";
import { type PolicyDocument, policyDocument, serviceTrust } from "./policy";

export interface ReportScheduleArgs {
  readonly account: pulumi.Output<AwsAccount>;
  readonly stateMachineArn: pulumi.Input<string>;
  /** An EventBridge Scheduler expression. */
  readonly schedule: pulumi.Input<string>;
  /** An IANA time zone. */
  readonly scheduleTimezone: pulumi.Input<string>;
  readonly scheduleEnabled: boolean;
  /** "" leaves the encryption to SQS. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** What must be there before anything starts a report. */
  readonly after: readonly pulumi.Resource[];
}

export interface ReportSchedule {
  readonly schedule: aws.scheduler.Schedule;
  /** Takes the events that Scheduler could not hand to Step Functions. */
  readonly deadLetters: aws.sqs.Queue;
  /** May start the state machine, and nothing else. */
  readonly role: aws.iam.Role;
}

/** The schedule, its role, and the queue for events that did not reach the state machine. */
export function reportSchedule(name: string, args: ReportScheduleArgs, parent: pulumi.Resource): ReportSchedule {
  const role = scheduleRole(name, args.account, parent);
  const keyPolicies = keyRights(`${name}-schedule-key-policy`, { ...args, role, services: ["sqs"] });
  const deadLetters = deadLetterQueue(`${name}-schedule-dead-letters`, args.kmsKeyArn, {
    parent,
    dependsOn: keyPolicies,
  });
  const policy = new aws.iam.RolePolicy(
    `${name}-schedule-policy`,
    {
      role: role.id,
      policy: pulumi
        .output({ stateMachineArn: args.stateMachineArn, deadLetterQueueArn: deadLetters.arn })
        .apply((arns) => JSON.stringify(schedulePolicy(arns))),
    },
    { parent: role },
  );

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
        arn: args.stateMachineArn,
        roleArn: role.arn,
        // Scheduler puts the time in. It may start two executions for one time, and by it the second knows that it is one.
        input: JSON.stringify({ trigger: "schedule", scheduledTime: "<aws.scheduler.scheduled-time>" }),
        // These are for starting the execution; a run that fails is not started again.
        retryPolicy: { maximumEventAgeInSeconds: 60 * 60, maximumRetryAttempts: 5 },
        deadLetterConfig: { arn: deadLetters.arn },
      },
    },
    { parent, dependsOn: [policy, ...keyPolicies, ...args.after] },
  );
  return { schedule, deadLetters, role };
}

function scheduleRole(name: string, account: pulumi.Output<AwsAccount>, parent: pulumi.Resource): aws.iam.Role {
  return new aws.iam.Role(
    `${name}-schedule-role`,
    {
      description: "Lets EventBridge Scheduler start the credential report.",
      assumeRolePolicy: account.apply(({ partition, region, accountId }) => {
        // Scheduler names the schedule's group, never the schedule.
        const group = `arn:${partition}:scheduler:${region}:${accountId}:schedule-group/default`;
        return JSON.stringify(serviceTrust("scheduler.amazonaws.com", { accountId, arn: group }));
      }),
    },
    { parent },
  );
}

export interface SchedulePolicyArgs {
  readonly stateMachineArn: string;
  readonly deadLetterQueueArn: string;
}

export function schedulePolicy({ stateMachineArn, deadLetterQueueArn }: SchedulePolicyArgs): PolicyDocument {
  return policyDocument(
    { Sid: "StartReport", Effect: "Allow", Action: "states:StartExecution", Resource: stateMachineArn },
    { Sid: "KeepUndeliveredEvents", Effect: "Allow", Action: "sqs:SendMessage", Resource: deadLetterQueueArn },
  );
}
