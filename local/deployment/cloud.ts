import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { LocalAws } from "../aws";
import { extract } from "./archive";
import { readAutomationDocument } from "./automationCheck";
import type { Clock } from "./clock";
import { type Execution, Executions } from "./executions";
import { LocalFunction } from "./lambda";
import { lambdaTask } from "./lambdaTask";
import { clientConfig, credentialsOf } from "./provider";
import type { Provider } from "./resourceTypes";
import type { Effects, Resource } from "./stack";
import { checkDefinition } from "./statesInterpreter";

/** A message in a dead-letter queue. */
export interface DeadLetter {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

type FunctionInputs = {
  name: string;
  role: string;
  handler: string;
  runtime: string;
  timeout?: number;
  memorySize?: number;
  environment?: { variables?: Record<string, string> };
  loggingConfig?: { logGroup?: string };
};

type ScheduleInputs = {
  name: string;
  state?: string;
  target: { arn: string; input?: string; deadLetterConfig?: { arn: string } };
};

/** Those resources of a stack that do something: buckets, functions, state machines, schedules, and the queue for what failed. */
export class Cloud {
  /** By the ARN of the queue. */
  readonly deadLetters = new Map<string, DeadLetter[]>();
  readonly executions: Executions;
  private readonly functions = new Map<string, LocalFunction>();
  private readonly lambda: ReturnType<typeof lambdaTask>;
  private readonly archives = mkdtempSync(join(tmpdir(), "credential-report-functions-"));
  private readonly s3: S3Client;
  private readonly deleteArchives = () => rmSync(this.archives, { recursive: true, force: true });

  constructor(
    private readonly provider: Provider,
    private readonly clock: Clock,
    private readonly localAws: LocalAws,
    private readonly resourcesOf: (type: string) => readonly Resource[],
    /** What a function may take and is told so, in seconds of this machine. Absent: its time-out, ended on the clock. */
    private readonly functionSeconds: number | undefined,
    /** The pace of its runs, where AWS's clock runs faster than its settings allow for. */
    private readonly requestsPerSecond: number | undefined,
  ) {
    this.lambda = lambdaTask(provider);
    this.executions = new Executions(clock, this.lambda.invoke);
    this.s3 = new S3Client({ ...clientConfig(provider, "deployer"), forcePathStyle: true });
    process.once("exit", this.deleteArchives);
  }

  readonly effects: Readonly<Record<string, Effects>> = {
    "aws:s3/bucket:Bucket": {
      create: async ({ id }) => void (await this.s3.send(new CreateBucketCommand({ Bucket: id }))),
      isThere: async ({ id }) => this.localAws.buckets.has(id!),
      remove: async ({ id }) => void (await this.s3.send(new DeleteBucketCommand({ Bucket: id }))),
    },
    "aws:lambda/function:Function": {
      create: (resource) => this.putFunction(resource),
      update: (resource) => this.putFunction(resource),
      remove: async ({ outputs }) => {
        await this.functions.get(String(outputs.arn))?.close();
        this.functions.delete(String(outputs.arn));
      },
    },
    "aws:sfn/stateMachine:StateMachine": {
      create: async ({ inputs }) => checkDefinition(String(inputs.definition)),
      update: async ({ inputs }) => checkDefinition(String(inputs.definition)),
      remove: async () => {},
    },
    "aws:ssm/document:Document": {
      create: async (resource) => {
        if (this.localAws.documents.has(resource.id!)) {
          throw new Error(`DocumentAlreadyExists: Document with same name ${resource.id} already exists`);
        }
        this.putDocument(resource);
      },
      update: async (resource) => this.putDocument(resource),
      isThere: async ({ id }) => this.localAws.documents.has(id!),
      remove: async ({ id }) => void this.localAws.documents.delete(id!),
    },
  };

  /** @param name a function's name or ARN, or a part of the ARN that names it. Absent: the stack's only function. */
  function(name?: string): LocalFunction | undefined {
    const all = [...this.functions.values()];
    if (name === undefined) return all[0];
    const wanted = name.split(":function:").pop()!.split(":")[0];
    return all.find(({ settings }) => settings.functionName === wanted);
  }

  /** @param arn absent: the stack's only state machine */
  stateMachine(arn?: string): Resource | undefined {
    const all = this.resourcesOf("aws:sfn/stateMachine:StateMachine");
    return arn === undefined ? all[0] : all.find(({ outputs }) => outputs.arn === arn);
  }

  logs(): string[] {
    return [...this.functions.values()].flatMap(({ logs }) => logs);
  }

  /**
   * Does what EventBridge Scheduler does at the scheduled time, and gives the end of the execution that it starts.
   *
   * @param name the schedule's own name
   */
  async fireSchedule(name: string): Promise<Execution> {
    const schedule = this.resourcesOf("aws:scheduler/schedule:Schedule").find(({ inputs }) => inputs.name === name);
    if (!schedule) throw new Error(`the stack has no schedule ${name}`);
    const { state, target } = schedule.inputs as unknown as ScheduleInputs;
    if (state === "DISABLED") throw new Error(`the schedule ${schedule.id} is disabled`);
    const attributes: Record<string, string> = {
      "schedule-arn": String(schedule.outputs.arn),
      "scheduled-time": this.now(),
      "execution-id": randomUUID(),
      "attempt-number": "1",
    };
    const input = (target.input ?? "{}").replace(
      /<aws\.scheduler\.([a-z-]+)>/g,
      (whole, key) => attributes[key] ?? whole,
    );
    const machine = this.stateMachine(target.arn);
    if (!machine) {
      const reason = `${target.arn} is not a state machine of this stack`;
      this.deadLetter(target.deadLetterConfig?.arn, { body: input, attributes: { ERROR_MESSAGE: reason } });
      throw new Error(reason);
    }
    return this.executions.ended(this.executions.start(machine, input).executionArn);
  }

  async close(): Promise<void> {
    this.executions.close();
    this.lambda.close();
    await Promise.all([...this.functions.values()].map((each) => each.close()));
    for (const { id } of this.resourcesOf("aws:ssm/document:Document")) this.localAws.documents.delete(id!);
    this.s3.destroy();
    process.off("exit", this.deleteArchives);
    this.deleteArchives();
  }

  /** The organisation's present, which can become another. */
  private readonly now = () => this.localAws.organisation.Now;

  private putDocument({ id, inputs }: Resource): void {
    const content = String(inputs.content);
    readAutomationDocument(content);
    this.localAws.documents.set(id!, content);
  }

  private deadLetter(queueArn: string | undefined, message: DeadLetter): void {
    if (!queueArn) return;
    this.deadLetters.set(queueArn, [...(this.deadLetters.get(queueArn) ?? []), message]);
  }

  private async putFunction(resource: Resource): Promise<void> {
    const inputs = resource.inputs as FunctionInputs;
    const functionArn = String(resource.outputs.arn);
    const directory = join(this.archives, String(resource.inputs.code));
    if (!existsSync(directory)) extract(resource.archive!, directory);
    const memoryMiB = inputs.memorySize ?? 128;
    const timeoutSeconds = this.functionSeconds ?? inputs.timeout ?? 3;
    const timeoutMs = this.functionSeconds ? timeoutSeconds * 1000 : this.clock.milliseconds(timeoutSeconds);
    // Lambda calls with a session of its role.
    const { partition, accountId } = this.provider;
    const session = `arn:${partition}:sts::${accountId}:assumed-role/${inputs.role.split("/").at(-1)}/${inputs.name}`;
    this.localAws.callers.set(credentialsOf("function").accessKeyId, session);
    await this.functions.get(functionArn)?.close();
    this.functions.set(
      functionArn,
      new LocalFunction({
        functionName: inputs.name,
        functionArn,
        directory,
        memoryMiB,
        timeoutSeconds,
        timeoutMs,
        variables: this.variablesOf(inputs, memoryMiB),
        now: this.now,
      }),
    );
  }

  /** Lambda's own variables, those of the function, and those that make the deployment a local one. */
  private variablesOf(inputs: FunctionInputs, memoryMiB: number): Record<string, string> {
    const { endpoint, region } = this.provider;
    const { accessKeyId, secretAccessKey } = credentialsOf("function");
    return {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      LANG: "en_US.UTF-8",
      TZ: ":UTC",
      _HANDLER: inputs.handler,
      AWS_EXECUTION_ENV: `AWS_Lambda_${inputs.runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: inputs.name,
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMiB),
      AWS_LAMBDA_LOG_GROUP_NAME: inputs.loggingConfig?.logGroup ?? `/aws/lambda/${inputs.name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${randomUUID().replaceAll("-", "")}`,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...this.atPace(inputs.environment?.variables ?? {}),
      AWS_ENDPOINT_URL: endpoint,
      // Lambda has a newer Node.js than this machine may have, about which the SDK would warn in each log.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    };
  }

  private atPace(variables: Record<string, string>): Record<string, string> {
    const { REPORT_SETTINGS } = variables;
    if (this.requestsPerSecond === undefined || REPORT_SETTINGS === undefined) return variables;
    const settings = { ...JSON.parse(REPORT_SETTINGS), requestsPerSecond: this.requestsPerSecond };
    return { ...variables, REPORT_SETTINGS: JSON.stringify(settings) };
  }
}
