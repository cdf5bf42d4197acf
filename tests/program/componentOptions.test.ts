import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { CredentialReport } from "../../components/credentialReport";
import { leavePackagesOut, runProgram } from "./runProgram";
import { minimalConfig } from "./stack";

// What docs/component.md says of resource options, on the requests that the engine gets. Not shown: what the engine makes of them.

jest.mock("../../handlers/report", () => ({ createReportHandler: () => async () => "small" }));
beforeAll(leavePackagesOut);

/** Of Pulumi's protocol, whose types of it are not found from those of the requests. */
interface Alias {
  getUrn(): string;
  getSpec(): { getName(): string } | undefined;
}

interface Asked {
  readonly name: string;
  readonly type: string;
  readonly protect: boolean;
  readonly provider: string;
  readonly aliases: readonly string[];
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What a program asks of the engine, but for the stack itself. */
async function asked(program: () => void): Promise<Asked[]> {
  const requests: Asked[] = [];
  const original = MockMonitor.prototype.registerResource;
  // Not a spy: `runProgram` spies on it, too, and there is one spy of a method.
  MockMonitor.prototype.registerResource = function (this: MockMonitor, request, callback) {
    const aliases = [
      ...request.getAliasurnsList(),
      ...request.getAliasesList().map((alias: Alias) => alias.getUrn() || (alias.getSpec()?.getName() ?? "")),
    ];
    requests.push({
      name: request.getName(),
      type: request.getType(),
      protect: request.getProtect() === true,
      provider: request.getProvider(),
      aliases,
      inputs: request.getObject().toJavaScript() as Record<string, unknown>,
    });
    return original.call(this, request, callback);
  };
  try {
    await runProgram(program);
  } finally {
    MockMonitor.prototype.registerResource = original;
  }
  return requests.filter(({ type }) => type !== "pulumi:pulumi:Stack");
}

const ofAws = (requests: readonly Asked[]) => requests.filter(({ type }) => type.startsWith("aws:"));

test("protect protects every resource", async () => {
  const requests = await asked(() => void new CredentialReport("report", minimalConfig, { protect: true }));
  expect(ofAws(requests).length).toBeGreaterThan(20);
  expect(requests.filter(({ protect }) => !protect)).toEqual([]);
});

test("an explicit provider, with default tags of its own, is every resource's", async () => {
  const requests = await asked(() => {
    const provider = new aws.Provider("tagged", { region: "eu-west-1", defaultTags: { tags: { team: "security" } } });
    new CredentialReport("report", minimalConfig, { provider });
  });
  const others = ofAws(requests).filter(({ provider }) => !provider.includes("::tagged::"));
  expect(others.map(({ name }) => name)).toEqual([]);
});

// The engine gives children the aliases that follow from their parent's, where their names begin with its name.
test("a report that was renamed tells the engine its old name, and all children's names begin with the component's", async () => {
  const requests = await asked(
    () => void new CredentialReport("security-report", minimalConfig, { aliases: [{ name: "report" }] }),
  );
  const component = requests.find(({ type }) => type === "credential-report:index:CredentialReport")!;
  expect([component.name, component.aliases]).toEqual(["security-report", ["report"]]);
  const others = requests.filter((one) => one !== component && !one.name.startsWith("security-report-"));
  expect(others.map(({ name }) => name)).toEqual([]);
});

test("transformations reach every resource, and what they set stands", async () => {
  const seen = new Set<string>();
  const requests = await asked(() => {
    const tagged: pulumi.ResourceTransformation = ({ type, name, props, opts }) => {
      seen.add(name);
      return type === "aws:s3/bucket:Bucket" ? { props: { ...props, tags: { team: "security" } }, opts } : undefined;
    };
    new CredentialReport("report", minimalConfig, { transformations: [tagged] });
  });
  expect([...seen].sort()).toEqual(requests.map(({ name }) => name).sort());
  expect(requests.find(({ type }) => type === "aws:s3/bucket:Bucket")!.inputs.tags).toEqual({ team: "security" });
});
