import type { RecordedRequest } from "../../local/aws/recorder";
import type { Deployment } from "../../local/deployment/deploy";
import type { Resource } from "../../local/deployment/stack";
import { logDeliveryNeeds, logNeeds, messageNeeds, needsOf, type Place, startNeeds } from "./authorization";
import type { Need, Policy } from "./evaluator";

export type RoleName = "function" | "runbook" | "schedule" | "stateMachine";

/** A role as the program registered it. */
export interface Role {
  readonly arn: string;
  readonly trust: Policy;
  readonly policies: readonly Policy[];
}

export function resourcesOf({ resources }: Deployment, type: string): Resource[] {
  return resources.filter((resource) => resource.type === type);
}

/** The one resource of that type whose name ends so. */
export function resourceOf(deployment: Deployment, type: string, ending = ""): Resource {
  const found = resourcesOf(deployment, type).filter(({ name }) => name.endsWith(ending));
  if (found.length !== 1) throw new Error(`expected one ${type} …${ending}, found ${found.length}`);
  return found[0]!;
}

/** The roles by who takes them on: found where they are used, not by their names. */
export function rolesOf(deployment: Deployment): Record<RoleName, Role> {
  const runbook = JSON.parse(String(resourceOf(deployment, "aws:ssm/document:Document").inputs.content));
  const schedules = resourcesOf(deployment, "aws:scheduler/schedule:Schedule");
  const scheduleRoles = new Set(schedules.map(({ inputs }) => (inputs.target as { roleArn: string }).roleArn));
  if (scheduleRoles.size !== 1) throw new Error(`expected one role of all schedules, found ${scheduleRoles.size}`);
  return {
    function: roleOf(deployment, String(resourceOf(deployment, "aws:lambda/function:Function").inputs.role)),
    runbook: roleOf(deployment, runbook.parameters.AutomationAssumeRole.default),
    schedule: roleOf(deployment, [...scheduleRoles][0]!),
    stateMachine: roleOf(
      deployment,
      String(resourceOf(deployment, "aws:sfn/stateMachine:StateMachine").inputs.roleArn),
    ),
  };
}

function roleOf(deployment: Deployment, arn: string): Role {
  const role = resourcesOf(deployment, "aws:iam/role:Role").find(({ outputs }) => outputs.arn === arn)!;
  const policies = resourcesOf(deployment, "aws:iam/rolePolicy:RolePolicy").filter(
    ({ inputs }) => inputs.role === role.id,
  );
  return {
    arn,
    trust: JSON.parse(String(role.inputs.assumeRolePolicy)),
    policies: policies.map(({ inputs }) => JSON.parse(String(inputs.policy))),
  };
}

export function bucketPolicyOf(deployment: Deployment): Policy {
  return JSON.parse(String(resourceOf(deployment, "aws:s3/bucketPolicy:BucketPolicy").inputs.policy));
}

/** Everything that was done with each role: what was recorded, and what AWS's own services do with the roles beside it. */
export function needsByRole(
  deployment: Deployment,
  requests: readonly RecordedRequest[],
  place: Place,
): Record<RoleName, Need[]> {
  const madeBy = (caller: RoleName) =>
    requests.filter(({ accessKeyId }) => accessKeyId === `local-${caller}`).flatMap((made) => needsOf(made, place));
  const { inputs } = resourceOf(deployment, "aws:lambda/function:Function");
  const { loggingConfig } = inputs as { loggingConfig: { logGroup: string } };
  const targets = resourcesOf(deployment, "aws:scheduler/schedule:Schedule").map(
    (schedule) => schedule.inputs.target as { arn: string; deadLetterConfig: { arn: string } },
  );
  return {
    function: [
      ...madeBy("function"),
      // Lambda's, with the function's role.
      ...(deployment.logs().length > 0 ? logNeeds(loggingConfig.logGroup, place) : []),
    ],
    runbook: madeBy("runbook"),
    // EventBridge Scheduler's, which the local deployment does not make over HTTP: what each schedule says is done.
    schedule: targets.flatMap((target) => [
      ...startNeeds(target.arn),
      ...messageNeeds("sqs:SendMessage", target.deadLetterConfig.arn, place),
    ]),
    // And what Step Functions does with the role so that its log is delivered.
    stateMachine: [...madeBy("stateMachine"), ...logDeliveryNeeds()],
  };
}

/** Each need once, in a stable order. */
export function distinct(needs: readonly Need[]): Need[] {
  const byText = new Map(
    needs.map((need) => [`${need.action} ${need.resource} ${JSON.stringify(need.context)}`, need]),
  );
  return [...byText.keys()].sort().map((text) => byText.get(text)!);
}
