import {
  type Server as GrpcServer,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity, SetRootResourceResponse } from "@pulumi/pulumi/proto/engine_pb";
import { InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import {
  type ReadResourceRequest,
  ReadResourceResponse,
  type RegisterResourceOutputsRequest,
  type RegisterResourceRequest,
  RegisterResourceResponse,
  type ResourceInvokeRequest,
  type SupportsFeatureRequest,
  SupportsFeatureResponse,
} from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A property bag as it stands on the wire: JSON, with assets and archives as objects that carry Pulumi's signatures. */
export type Properties = Record<string, unknown>;

export interface Registration {
  readonly type: string;
  readonly name: string;
  /** URN of the parent; empty for the stack itself. */
  readonly parent: string;
  readonly custom: boolean;
  readonly inputs: Properties;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  /** URNs of what it waits for, through its inputs or by `dependsOn`. */
  readonly dependencies: readonly string[];
  /** Inputs that hold a secret; their values stand among the inputs as they are. */
  readonly secrets: readonly string[];
}

export interface Registered {
  readonly urn: string;
  readonly id?: string;
  readonly outputs: Properties;
  /** Outputs that are secret. */
  readonly secrets?: readonly string[];
}

/** What a program may ask for, in plain values. */
export interface Engine {
  register(registration: Registration): Promise<Registered>;
  registerOutputs(urn: string, outputs: Properties, secrets: readonly string[]): void;
  read(type: string, name: string, parent: string, id: string): Promise<Registered>;
  invoke(token: string, args: Properties): Promise<Properties>;
  log(severity: Severity, message: string): void;
}

type Severity = "info" | "warning" | "error";

/** Debugging is not shown. */
const severities: ReadonlyMap<LogSeverity, Severity> = new Map([
  [LogSeverity.INFO, "info"],
  [LogSeverity.WARNING, "warning"],
  [LogSeverity.ERROR, "error"],
] as const);

/**
 * Serves an engine to one program as Pulumi's resource monitor and engine (gRPC on 127.0.0.1). Secrets are the one feature that is
 * offered (resource references travel as plain values), and any other call gets UNIMPLEMENTED.
 */
export async function serveMonitor(engine: Engine): Promise<{ address: string; close(): void }> {
  // Pulumi's own limit: an archive's text travels in a message.
  const size = 400 * 1024 * 1024;
  const server = new Server({ "grpc.max_receive_message_length": size, "grpc.max_send_message_length": size });
  addService(server, ResourceMonitorService, {
    supportsFeature: async (request: SupportsFeatureRequest) =>
      new SupportsFeatureResponse().setHassupport(request.getId() === "secrets"),
    registerResource: async (request: RegisterResourceRequest) => {
      const { plain: inputs, secrets: secretInputs } = withoutSecrets(properties(request.getObject()));
      const { urn, id, outputs, secrets } = await engine.register({
        type: request.getType(),
        name: request.getName(),
        parent: request.getParent(),
        custom: request.getCustom(),
        inputs,
        secrets: secretInputs,
        protect: request.getProtect() ?? false,
        retainOnDelete: request.getRetainondelete() ?? false,
        ignoreChanges: request.getIgnorechangesList(),
        replaceOnChanges: request.getReplaceonchangesList(),
        dependencies: request.getDependenciesList(),
      });
      return new RegisterResourceResponse()
        .setUrn(urn)
        .setId(id ?? "")
        .setObject(struct(withSecrets(outputs, secrets ?? [])));
    },
    registerResourceOutputs: async (request: RegisterResourceOutputsRequest) => {
      const { plain, secrets } = withoutSecrets(properties(request.getOutputs()));
      engine.registerOutputs(request.getUrn(), plain, secrets);
      return new Empty();
    },
    readResource: async (request: ReadResourceRequest) => {
      const { urn, outputs } = await engine.read(
        request.getType(),
        request.getName(),
        request.getParent(),
        request.getId(),
      );
      return new ReadResourceResponse().setUrn(urn).setProperties(struct(outputs));
    },
    invoke: async (request: ResourceInvokeRequest) =>
      new InvokeResponse().setReturn(
        struct(await engine.invoke(request.getTok(), withoutSecrets(properties(request.getArgs())).plain)),
      ),
    signalAndWaitForShutdown: async () => new Empty(),
  });
  addService(server, EngineService, {
    log: async (request: LogRequest) => {
      const severity = severities.get(request.getSeverity());
      if (severity) engine.log(severity, request.getMessage());
      return new Empty();
    },
    setRootResource: async () => new SetRootResourceResponse(),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

/** Methods that are not given answer UNIMPLEMENTED, which grpc-js does by itself. */
function addService(
  server: GrpcServer,
  service: unknown,
  methods: Record<string, (request: never) => Promise<unknown>>,
): void {
  const implementation: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(methods)) {
    implementation[name] = (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => {
      method(call.request as never).then(
        (response) => done(null, response),
        (error: Error) => done({ code: status.UNKNOWN, details: error.message }),
      );
    };
  }
  server.addService(service as Parameters<GrpcServer["addService"]>[0], implementation);
}

function properties(value: Struct | undefined): Properties {
  return (value?.toJavaScript() ?? {}) as Properties;
}

/** How a secret travels: https://github.com/pulumi/pulumi/blob/master/sdk/proto/pulumi/resource.proto and its SDKs. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** The values that stand in the secrets, and the names of the properties that hold one. */
function withoutSecrets(given: Properties): { plain: Properties; secrets: string[] } {
  const secrets = new Set<string>();
  const plainOf = (value: unknown, property: string): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => plainOf(item, property));
    if ((value as Properties)[signature] === secretSignature) {
      secrets.add(property);
      return plainOf((value as Properties).value, property);
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainOf(item, property)]));
  };
  const plain = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, plainOf(value, key)]));
  return { plain, secrets: [...secrets] };
}

function withSecrets(values: Properties, secrets: readonly string[]): Properties {
  const wrapped = secrets.filter((key) => values[key] !== undefined);
  return {
    ...values,
    ...Object.fromEntries(wrapped.map((key) => [key, { [signature]: secretSignature, value: values[key] }])),
  };
}

/** JSON drops what a Struct cannot hold: keys whose value is undefined. */
function struct(value: Properties): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(value)));
}
