import { isDeepStrictEqual } from "node:util";
import { type Archive, hashOf, isArchive, readArchive } from "./archive";
import { invokeFunction } from "./functions";
import { type Engine, type Properties, type Registered, type Registration, serveMonitor } from "./monitor";
import { runProgram } from "./program";
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
  /** URNs of what it waited for, its parent among them. */
  readonly dependencies: readonly string[];
  /** Inputs, and outputs of the same name, that are never to be shown. */
  readonly secrets: readonly string[];
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
  /** Whether it is still there. @default it is */
  readonly isThere?: (resource: Resource) => Promise<boolean>;
}

/** Why an update failed, as the Pulumi CLI would show it. */
export class DeploymentError extends Error {
  override name = "DeploymentError";
}

export interface UpdateOptions {
  /** How many changes are carried out before the next one is refused, and with it the update. @default all */
  readonly failAfter?: number;
  /** Called after each change, once it stands in AWS. */
  readonly onChange?: () => void;
  /** Says what would be done, with values unknown that only AWS can give, and does nothing. @default false */
  readonly preview?: boolean;
}

/** One update. */
interface Run extends UpdateOptions {
  readonly config: StackConfig;
  readonly changes: Map<string, Change>;
  carriedOut: number;
}

const stackType = "pulumi:pulumi:Stack";

/** One stack's state, in memory, and the updates that change it. */
export class Stack {
  /** In the order in which the program first registered them. */
  readonly resources = new Map<string, Resource>();
  /** What there is in AWS, by type and id: also what the stack has let stand when it forgot it. */
  readonly standing = new Map<string, Resource>();
  outputs: Properties = {};
  private readonly given = new Map<string, Properties>();
  /** Replaced, and deleted at the end of the next update that succeeds. */
  private replaced: Resource[] = [];

  constructor(
    private readonly provider: Provider,
    private readonly effects: Readonly<Record<string, Effects>>,
  ) {}

  /** Runs the program and makes the state what it registers. Throws a DeploymentError, with what was done until then kept. */
  async update(config: StackConfig, options: UpdateOptions = {}): Promise<Change[]> {
    const run: Run = { ...options, config, changes: new Map(), carriedOut: 0 };
    await this.runProgram(run);
    const gone = dependentsFirst([...this.resources.values()].filter(({ urn }) => !run.changes.has(urn)));
    if (!run.preview) {
      for (const resource of dependentsFirst(this.replaced)) await this.remove(resource);
      this.replaced = [];
    }
    for (const resource of gone) {
      if (!run.preview) await this.delete(resource);
      run.changes.set(resource.urn, changeOf(resource, "deleted"));
    }
    return [...run.changes.values()];
  }

  /** Deletes the stack's resources, each after those that wait for it, and stops where AWS refuses, as the engine does. */
  async destroy(): Promise<Change[]> {
    const changes: Change[] = [];
    for (const resource of dependentsFirst([...this.replaced, ...this.resources.values()])) {
      await this.delete(resource);
      changes.push(changeOf(resource, "deleted"));
    }
    this.replaced = [];
    this.outputs = {};
    return changes;
  }

  /** Forgets what is no longer in AWS. */
  async refresh(): Promise<Change[]> {
    const changes: Change[] = [];
    for (const resource of [...this.resources.values()]) {
      const isThere = (await this.effects[resource.type]?.isThere?.(resource)) ?? true;
      if (!isThere) this.forget(resource);
      if (!isThere) this.standing.delete(placeOf(resource));
      changes.push(changeOf(resource, isThere ? "same" : "deleted"));
    }
    return changes;
  }

  private async runProgram(run: Run): Promise<void> {
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
        failing(`${registration.type} (${registration.name})`, () => this.register(registration, run)),
      registerOutputs: (urn, outputs, secrets) => {
        const resource = this.resources.get(urn);
        if (!resource || run.preview) return;
        this.resources.set(urn, { ...resource, outputs });
        if (resource.type !== stackType) return;
        this.outputs = { ...outputs, ...Object.fromEntries(secrets.map((key) => [key, "[secret]"])) };
      },
      read: (type, name, parent, id) =>
        failing(`${type} (${name})`, () => this.read(type, name, parent, id, run.config)),
      // What comes of a refusal, the program says.
      invoke: (token, args) => invokeFunction(this.provider, token, args),
      log: (severity, message) => {
        if (severity === "error") logged.push(message.trim());
        else if (severity === "warning") process.stderr.write(`warning: ${message.trim()}\n`);
      },
    };
    const monitor = await serveMonitor(engine);
    try {
      const addresses = { monitor: monitor.address, engine: monitor.address };
      const { exitCode, printed } = await runProgram(run.config, addresses, run.preview ?? false, stopping.signal);
      if (exitCode !== 0 || failures.length > 0 || logged.length > 0) {
        const reasons = [failures, logged, [printed || `the program ended with exit code ${exitCode}`]];
        throw new DeploymentError(reasons.find((texts) => texts.length > 0)!.join("\n"));
      }
    } finally {
      monitor.close();
    }
  }

  private async register(registration: Registration, run: Run): Promise<Registered> {
    const { type, name, parent, custom, protect, retainOnDelete, secrets } = registration;
    const urn = urnOf(run.config, type, name, parent);
    if (run.changes.has(urn)) throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    run.changes.set(urn, { urn, type, name, operation: "same" });
    const previous = this.resources.get(urn);
    const given = { ...registration.inputs };
    for (const key of registration.ignoreChanges) if (previous) given[key] = this.given.get(urn)?.[key];
    const archive = takeArchive(given, run.config.directory);
    const dependencies = [...registration.dependencies, parent].filter((one) => one !== "");
    const resource = { urn, type, name, parent, protect, retainOnDelete, archive, dependencies, secrets };
    const definition = custom ? resourceType(type) : undefined;
    const operation = this.operationFor(definition, urn, given, registration.replaceOnChanges);
    run.changes.set(urn, { urn, type, name, operation });
    if (!definition) {
      if (!run.preview) this.keep({ ...resource, inputs: given, outputs: previous?.outputs ?? {} }, given);
      return { urn, outputs: {} };
    }
    const inputs =
      previous && operation !== "replaced" && definition.name
        ? { [definition.name]: previous.inputs[definition.name], ...given }
        : withGeneratedName(definition, name, given, `${urn} ${previous?.id ?? ""}`);
    if (run.preview) return previewed(urn, inputs, operation, previous, secrets);
    const { id, ...computed } = definition.computed(inputs, this.provider);
    const current = { ...resource, id, inputs, outputs: { ...inputs, ...computed } };
    if (operation !== "same") await this.carryOut(operation, current, previous, run);
    this.keep(current, given);
    return current;
  }

  private async carryOut(operation: Operation, current: Resource, previous: Resource | undefined, run: Run) {
    if (run.carriedOut >= (run.failAfter ?? Number.POSITIVE_INFINITY))
      throw new Error("AWS refuses this, as it was asked to");
    run.carriedOut += 1;
    const effects = this.effects[current.type];
    if (operation === "replaced" && placeOf(previous!) === placeOf(current)) await effects?.remove(previous!);
    if (operation === "updated") await effects?.update?.(current);
    else await effects?.create(current);
    if (operation === "replaced" && placeOf(previous!) !== placeOf(current)) this.replaced.push(previous!);
    this.standing.set(placeOf(current), current);
    run.onChange?.();
  }

  private operationFor(
    definition: ResourceType | undefined,
    urn: string,
    given: Properties,
    replaceOnChanges: readonly string[],
  ): Operation {
    const before = this.given.get(urn);
    if (!before) return "created";
    const changed = [...new Set([...Object.keys(before), ...Object.keys(given)])].filter(
      (key) => !isDeepStrictEqual(before[key], given[key]),
    );
    if (changed.length === 0) return "same";
    const immutable = definition ? [definition.name, ...definition.immutable, ...replaceOnChanges] : [];
    return changed.some((key) => immutable.includes(key)) ? "replaced" : "updated";
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

  private forget({ urn }: Resource): void {
    this.resources.delete(urn);
    this.given.delete(urn);
  }

  private async delete(resource: Resource): Promise<void> {
    const { type, name, protect } = resource;
    if (protect) throw new DeploymentError(`${type} (${name}) cannot be deleted because it is protected`);
    await this.remove(resource);
    this.forget(resource);
  }

  private async remove(resource: Resource): Promise<void> {
    const { type, name, retainOnDelete } = resource;
    if (retainOnDelete || resource.id === undefined) return;
    try {
      await this.effects[type]?.remove(resource);
    } catch (error) {
      const { name: code, message } = error as Error;
      throw new DeploymentError(`${type} (${name}): deleting ${resource.id}: ${code}: ${message}`);
    }
    this.standing.delete(placeOf(resource));
    if (type !== "aws:s3/bucket:Bucket") return;
    // A bucket's settings go with it.
    for (const [place, { inputs }] of this.standing) if (inputs.bucket === resource.id) this.standing.delete(place);
  }
}

/** As the engine previews: what is new or made anew has no values but its inputs. */
function previewed(
  urn: string,
  inputs: Properties,
  operation: Operation,
  previous: Resource | undefined,
  secrets: readonly string[],
): Registered {
  return operation === "created" || operation === "replaced"
    ? { urn, outputs: inputs, secrets }
    : { urn, id: previous!.id, outputs: { ...previous!.outputs, ...inputs }, secrets };
}

/** What stands at one place in AWS is one resource. */
function placeOf({ type, id }: Resource): string {
  return `${type} ${id}`;
}

function changeOf({ urn, type, name }: Resource, operation: Operation): Change {
  return { urn, type, name, operation };
}

/** Each resource after all that waited for it. */
function dependentsFirst(resources: readonly Resource[]): Resource[] {
  const ordered = new Set<Resource>();
  const visit = (resource: Resource) => {
    if (ordered.has(resource)) return;
    for (const urn of resource.dependencies) for (const other of resources) if (other.urn === urn) visit(other);
    ordered.add(resource);
  };
  for (const resource of resources) visit(resource);
  return [...ordered].reverse();
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
