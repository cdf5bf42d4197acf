import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as ts from "typescript";
import { CredentialReport } from "../../components/credentialReport";
import { stackSettings } from "../../components/stackConfig";
import { leavePackagesOut, runProgram } from "./runProgram";
import { minimalConfig } from "./stack";

jest.mock("../../handlers/report", () => ({ createReportHandler: () => async () => "small" }));
beforeAll(leavePackagesOut);

const name = "credential-report";

/** The text of docs/own-resources.md, run as a program. Shows that Pulumi takes it; not that AWS lets the function reach anything. */
const documented = /<!-- tests\/program\/vpc\.test\.ts runs this -->\n```ts\n(.*?)```/s.exec(
  readFileSync(join(__dirname, "../../docs/own-resources.md"), "utf8"),
)![1]!;

test("the documented transformation puts the function into a VPC, with the rights that it takes, and changes nothing else", async () => {
  const { outputText } = ts.transpileModule(documented, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  const program = new Function("pulumi", "CredentialReport", "name", "stackSettings", outputText);
  const inVpc = await runProgram(() => program(pulumi, CredentialReport, name, stackSettings), {
    config: minimalConfig,
  });
  const plain = await runProgram(() => new CredentialReport(name, stackSettings()), {
    config: minimalConfig,
  });

  const vpcConfig = { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] };
  const { inputs } = inVpc.resources["credential-report-function"]!;
  expect(inputs).toMatchObject({ vpcConfig });
  const statements = ({ resources }: typeof plain) =>
    JSON.parse(String(resources["credential-report-function-policy"]!.inputs.policy)).Statement as { Sid: string }[];
  const added = statements(inVpc).filter(({ Sid }) => !statements(plain).some((one) => one.Sid === Sid));
  expect(added).toMatchObject([{ Sid: "UseVpc", Resource: "*" }]);
  for (const [name, { inputs: before }] of Object.entries(plain.resources)) {
    if (/-function(-policy)?$/.test(name)) continue;
    expect([name, inVpc.resources[name]!.inputs]).toEqual([name, before]);
  }
});
