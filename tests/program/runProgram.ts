import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";

/** One registration as the engine gets it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly inputs: Record<string, unknown>;
  readonly retainOnDelete: boolean;
  readonly dependsOn: readonly string[];
  /** Inputs that hold a secret. */
  readonly secrets: readonly string[];
}

export interface ProgramRun {
  /** By name. */
  readonly resources: Readonly<Record<string, Registration>>;
  /** Of the stack's module. */
  readonly outputs: Record<string, unknown>;
  readonly invokes: readonly string[];
}

export interface AwsFacts {
  readonly partition?: string;
  readonly region?: string;
  readonly accountId?: string;
  readonly dnsSuffix?: string;
  readonly managementAccountId?: string;
  readonly instances?: { readonly arns: readonly string[]; readonly identityStoreIds: readonly string[] };
  /** What AWS answers to a function of the provider instead of what it ordinarily does; a text is an error's. */
  readonly answers?: Readonly<Record<string, Record<string, unknown> | string>>;
}

export interface RunOptions {
  readonly config?: Readonly<Record<string, string>>;
  /** The keys of the config that are secret. */
  readonly secretKeys?: readonly string[];
  readonly aws?: AwsFacts;
  readonly preview?: boolean;
  readonly stack?: string;
}

const ordinaryFacts = {
  partition: "aws",
  region: "eu-west-1",
  accountId: "111122223333",
  dnsSuffix: "amazonaws.com",
};

export const project = "identity-center-credential-report";

/**
 * Runs a program against mocks that answer as AWS' provider would and throw on any function that they do not know, until all its
 * registrations are through. What it shows is what the program registers, not that AWS accepts it.
 */
export async function runProgram(program: () => unknown, options: RunOptions = {}): Promise<ProgramRun> {
  const registrations: Registration[] = [];
  const invokes: string[] = [];
  const facts = { ...ordinaryFacts, ...options.aws };
  const recorder = recordRegistrations(registrations);
  // Pulumi notes the stack of each promise that it makes, and to trace it back to the sources takes most of a run's time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(options.config ?? {}).map(([key, value]) => [`${project}:${key}`, value])),
    (options.secretKeys ?? []).map((key) => `${project}:${key}`),
  );
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) =>
        // A preview knows no ids and no computed values.
        options.preview
          ? { id: "", state: inputs }
          : { id: `${name}-id`, state: { ...computed(type, name, inputs, facts), ...inputs } },
      call: ({ token }) => {
        invokes.push(token);
        const given = facts.answers?.[token];
        return typeof given === "string" ? refuse(given) : (given ?? answer(token, facts));
      },
    },
    project,
    options.stack ?? "dev",
    options.preview ?? false,
  );
  try {
    const outputs = await settled(await program());
    await pulumi.runtime.disconnect();
    return { resources: Object.fromEntries(registrations.map((one) => [one.name, one])), outputs, invokes };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    recorder.mockRestore();
  }
}

/** For tests that are not about the archive: the walk through node_modules takes most of a run's time. */
export function leavePackagesOut(): void {
  jest.spyOn(pulumi.runtime, "computeCodePaths").mockResolvedValue(new Map());
}

/** The values of a module's exports; undefined for those that a preview does not know. */
async function settled(exports: unknown): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries((exports ?? {}) as object)) {
    values[key] = pulumi.Output.isInstance(value)
      ? await (value as unknown as { promise(): Promise<unknown> }).promise()
      : value;
  }
  return values;
}

/** The mocks are not told parent, dependencies and retainOnDelete; the request that carries them is. */
function recordRegistrations(into: Registration[]): jest.SpyInstance {
  const prototype = MockMonitor.prototype;
  const original = prototype.registerResource;
  return jest.spyOn(prototype, "registerResource").mockImplementation(function (this: MockMonitor, request, callback) {
    const nameOf = (urn: string) => urn.split("::").at(-1) ?? "";
    into.push({
      type: request.getType(),
      name: request.getName(),
      parent: nameOf(request.getParent()),
      inputs: plain(request.getObject().toJavaScript()) as Record<string, unknown>,
      secrets: Object.entries(request.getObject().toJavaScript())
        .filter(([, value]) => JSON.stringify(value ?? null).includes(secretSignature))
        .map(([key]) => key),
      retainOnDelete: request.getRetainondelete(),
      dependsOn: request.getDependenciesList().map(nameOf).sort(),
    });
    return original.call(this, request, callback);
  });
}

/** What marks a secret on its way to the engine. */
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** A value with its secrets as they are. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (Object.values(value).includes(secretSignature)) return plain((value as { value: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** Pulumi hands on an error's details, which gRPC's have. */
function refuse(details: string): never {
  throw Object.assign(new Error(details), { details });
}

type Facts = Required<Pick<AwsFacts, "partition" | "region" | "accountId" | "dnsSuffix">> & AwsFacts;

function computed(type: string, name: string, inputs: Record<string, unknown>, facts: Facts): Record<string, unknown> {
  const { partition, region, accountId } = facts;
  const arn = (service: string, resource: string) => `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  const arns: Record<string, string> = {
    "aws:s3/bucket:Bucket": `arn:${partition}:s3:::${inputs.bucket ?? name}`,
    "aws:iam/role:Role": `arn:${partition}:iam::${accountId}:role/${name}`,
    "aws:lambda/function:Function": arn("lambda", `function:${name}`),
    "aws:cloudwatch/logGroup:LogGroup": arn("logs", `log-group:${name}`),
    "aws:sfn/stateMachine:StateMachine": arn("states", `stateMachine:${name}`),
    "aws:sqs/queue:Queue": arn("sqs", name),
    "aws:sns/topic:Topic": arn("sns", name),
    "aws:cloudwatch/eventRule:EventRule": arn("events", `rule/${name}`),
    "aws:scheduler/schedule:Schedule": arn("scheduler", `schedule/default/${name}`),
  };
  return {
    name,
    ...(type === "aws:s3/bucket:Bucket" ? { bucket: name } : {}),
    ...(arns[type] ? { arn: arns[type] } : {}),
  };
}

function answer(token: string, facts: Facts): Record<string, unknown> {
  switch (token) {
    case "aws:index/getPartition:getPartition":
      return { partition: facts.partition, dnsSuffix: facts.dnsSuffix };
    case "aws:index/getRegion:getRegion":
      return { region: facts.region };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: facts.accountId };
    case "aws:organizations/getOrganization:getOrganization":
      return { masterAccountId: facts.managementAccountId ?? facts.accountId };
    case "aws:ssoadmin/getInstances:getInstances":
      return (facts.instances ?? { arns: [], identityStoreIds: [] }) as Record<string, unknown>;
    case "aws:s3/getBucket:getBucket":
      return {
        bucket: "adopted-bucket",
        arn: `arn:${facts.partition}:s3:::adopted-bucket`,
        bucketRegion: facts.region,
      };
    case "aws:s3/getObjects:getObjects":
      return { keys: [] };
    case "aws:ssoadmin/getPermissionSets:getPermissionSets":
      return { arns: [] };
    case "aws:kms/getKey:getKey":
      return { keyState: "Enabled", keyUsage: "ENCRYPT_DECRYPT", keySpec: "SYMMETRIC_DEFAULT" };
    case "aws:sns/getTopic:getTopic":
      return {};
    case "aws:ssm/getDocument:getDocument":
      return refuse("reading SSM Document: couldn't find resource");
    default:
      throw new Error(`the program called ${token}, which these mocks do not know`);
  }
}
