import { isDeepStrictEqual } from "node:util";
import { type Archive, hashOf, isArchive, readArchive } from "./archive";
import { type Engine, type Properties, type Registered, type Registration, serveMonitor } from "./monitor";
import { runProgram } from "./program";
import { invokeFunction } from "./provider";
import { type Provider, type ResourceType, resourceType, withGeneratedName } from "./resourceTypes";
import type { StackConfig } from "./stackConfig";

export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN of the parent; empty for the stack itself. */
  readonly parent: string;
  /** Components and the stack have none. */
  readonly id?: string;
  /** With the generated name; an archive stands as the hash of its contents. */
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly archive?: Archive;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

export type Operation = "created" | "updated" | "replaced" | "same" | "deleted";

export interface Change {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly operation: Operation;
}

/** What a change to a resource does in the local AWS, for the few types that do something there. */
export interface Effects {
  readonly create: (resource: Resource) => Promise<void>;
  readonly update?: (resource: Resource) => Promise<void>;
  readonly remove: (resource: Resource) => Promise<void>;
}

/** Why an update failed, as the Pulumi CLI would show it. */
export class DeploymentError extends Error {
  override name = "DeploymentError";
}

const stackType = "pulumi:pulumi:Stack";

/** One stack's state, in memory, and the updates that change it. */
export class Stack {
  /** In the order in which the program first registered them. */
  readonly resources = new Map<string, Resource>();
  private readonly given = new Map<string, Properties>();
  outputs: Properties = {};

  constructor(
    private readonly provider: Provider,
    private readonly effects: Readonly<Record<string, Effects>>,
  ) {}

  /** Runs the program and makes the state what it registers. Throws a DeploymentError, with what was done until then kept. */
  async update(config: StackConfig): Promise<Change[]> {
    const changes = new Map<string, Change>();
    const replaced: Resource[] = [];
    const failures: string[] = [];
    const logged: string[] = [];
    // A program whose registration fails may wait for ever for what depends on it.
    const stopping = new AbortController();
    const failing = async <T>(subject: string, work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        failures.push(`${subject}: ${(error as Error).message}`);
        setTimeout(() => stopping.abort(), 2_000).unref();
        throw error;
      }
    };
    const engine: Engine = {
      register: (registration) =>
        failing(`${registration.type} (${registration.name})`, () =>
          this.register(registration, config, changes, replaced),
        ),
      registerOutputs: (urn, outputs) => {
        const resource = this.resources.get(urn);
        if (!resource) return;
        this.resources.set(urn, { ...resource, outputs });
        if (resource.type === stackType) this.outputs = outputs;
      },
      read: (type, name, parent, id) => failing(`${type} (${name})`, () => this.read(type, name, parent, id, config)),
      invoke: (token, args) => failing(token, () => invokeFunction(this.provider, token, args)),
      log: (severity, message) => {
        if (severity === "error") logged.push(message.trim());
        else if (severity === "warning") process.stderr.write(`warning: ${message.trim()}\n`);
      },
    };
    const monitor = await serveMonitor(engine);
    try {
      const { exitCode, printed } = await runProgram(
        config,
        { monitor: monitor.address, engine: monitor.address },
        stopping.signal,
      );
      if (exitCode !== 0 || failures.length > 0 || logged.length > 0) {
        const reasons = [failures, logged, [printed || `the program ended with exit code ${exitCode}`]];
        throw new DeploymentError(reasons.find((texts) => texts.length > 0)!.join("\n"));
      }
    } finally {
      monitor.close();
    }
    for (const resource of replaced) await this.effects[resource.type]?.remove(resource);
    const gone = [...this.resources.values()].filter(({ urn }) => !changes.has(urn)).reverse();
    for (const resource of gone) changes.set(resource.urn, await this.delete(resource));
    return [...changes.values()];
  }

  private async register(
    registration: Registration,
    config: StackConfig,
    changes: Map<string, Change>,
    replaced: Resource[],
  ): Promise<Registered> {
    const { type, name, parent, custom, protect, retainOnDelete } = registration;
    const urn = urnOf(config, type, name, parent);
    if (changes.has(urn)) throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    changes.set(urn, { urn, type, name, operation: "same" });
    const previous = this.resources.get(urn);
    const given = { ...registration.inputs };
    for (const key of registration.ignoreChanges) if (previous) given[key] = this.given.get(urn)?.[key];
    const archive = takeArchive(given, config.directory);
    const resource = { urn, type, name, parent, protect, retainOnDelete, archive };

    if (!custom) {
      this.keep({ ...resource, inputs: given, outputs: previous?.outputs ?? {} }, given);
      changes.set(urn, { urn, type, name, operation: previous ? "same" : "created" });
      return { urn, outputs: {} };
    }
    const definition = resourceType(type);
    const operation = this.operationFor(definition, urn, given);
    const inputs =
      previous && operation !== "replaced" && definition.name
        ? { [definition.name]: previous.inputs[definition.name], ...given }
        : withGeneratedName(definition, name, given, `${urn} ${previous?.id ?? ""}`);
    const { id, ...computed } = definition.computed(inputs, this.provider);
    const current = { ...resource, id, inputs, outputs: { ...inputs, ...computed } };
    const effects = this.effects[type];
    if (operation === "replaced" && previous!.id === id) await effects?.remove(previous!);
    else if (operation === "replaced" && !previous!.retainOnDelete) replaced.push(previous!);
    if (operation === "created" || operation === "replaced") await effects?.create(current);
    else if (operation === "updated") await effects?.update?.(current);
    this.keep(current, given);
    changes.set(urn, { urn, type, name, operation });
    return current;
  }

  private operationFor(definition: ResourceType, urn: string, given: Properties): Operation {
    const before = this.given.get(urn);
    if (!before) return "created";
    const changed = [...new Set([...Object.keys(before), ...Object.keys(given)])].filter(
      (key) => !isDeepStrictEqual(before[key], given[key]),
    );
    if (changed.length === 0) return "same";
    return changed.some((key) => key === definition.name || definition.immutable.includes(key))
      ? "replaced"
      : "updated";
  }

  /** A resource of someone else's (`aws.s3.Bucket.get`): it is not part of the state. */
  private async read(type: string, name: string, parent: string, id: string, config: StackConfig): Promise<Registered> {
    const definition = resourceType(type);
    const inputs = definition.name ? { [definition.name]: id } : {};
    return {
      urn: urnOf(config, type, name, parent),
      outputs: { ...inputs, ...definition.computed(inputs, this.provider), id },
    };
  }

  private keep(resource: Resource, given: Properties): void {
    this.resources.set(resource.urn, resource);
    this.given.set(resource.urn, given);
  }

  private async delete(resource: Resource): Promise<Change> {
    const { urn, type, name } = resource;
    if (resource.protect) throw new DeploymentError(`${type} (${name}) cannot be deleted because it is protected`);
    if (!resource.retainOnDelete) await this.effects[type]?.remove(resource);
    this.resources.delete(urn);
    this.given.delete(urn);
    return { urn, type, name, operation: "deleted" };
  }
}

function urnOf({ project, stack }: StackConfig, type: string, name: string, parent: string): string {
  const parentTypes = parent.split("::")[2] ?? "";
  const types = parentTypes === "" || parentTypes === stackType ? type : `${parentTypes}$${type}`;
  return `urn:pulumi:${stack}::${project}::${types}::${name}`;
}

/** Puts the archive's hash into the place of the archive: its wire form names files, and what counts is what they hold. */
function takeArchive(inputs: Properties, programDirectory: string): Archive | undefined {
  for (const [key, value] of Object.entries(inputs)) {
    if (isArchive(value)) {
      const archive = readArchive(value, programDirectory);
      inputs[key] = hashOf(archive);
      return archive;
    }
  }
  return undefined;
}
