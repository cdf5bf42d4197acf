import { readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import ts from "typescript";
import { functionPackages } from "../../components/reportFunction";
import { pageAssets, workerText } from "../../handlers/files/files";
import project from "../../package.json";
import { PROJECT } from "./bundle";
import { readmeOf } from "./readme";
import { makeTarball, type Tarball } from "./tarball";

/** What a program imports; the other files are what this one needs. */
const MAIN = "components/credentialReport.ts";
/** Put together when it is packed: whoever installs the package has no bundler. */
const PAGE = "handlers/files/page/bundle.ts";
const WORKER = "handlers/files/review/workbook/bundle.ts";

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  esModuleInterop: true,
  isolatedModules: true,
  strict: true,
};

/**
 * Packs the component: a tarball from which a Pulumi program imports `CredentialReport`, compiled to CommonJS, with types. Its dependencies
 * are what Lambda loads; Pulumi's own packages are the program's.
 *
 * @param out the folder that it goes to
 */
export async function packComponent(out: string): Promise<Tarball> {
  const { name, version, license, engines, description, dependencies } = project;
  const versionOf = (dependency: string) => (dependencies as Readonly<Record<string, string>>)[dependency]!;
  const manifest = {
    name,
    version,
    description,
    license,
    engines: { node: engines.node },
    main: MAIN.replace(/\.ts$/, ".js"),
    types: MAIN.replace(/\.ts$/, ".d.ts"),
    files: ["components", "handlers"],
    dependencies: Object.fromEntries(functionPackages.map((dependency) => [dependency, versionOf(dependency)])),
    peerDependencies: Object.fromEntries(
      ["@pulumi/aws", "@pulumi/pulumi"].map((dependency) => [dependency, `^${versionOf(dependency)}`]),
    ),
  };
  const files = {
    ...compiled(),
    ...declarations(MAIN),
    LICENSE: readFileSync(join(PROJECT, "LICENSE")),
    "README.md": readmeOf("component.md"),
  };
  return makeTarball(manifest, files, out);
}

/** What the main file needs when it runs, itself among it, by the path in the package. */
function compiled(): Record<string, string> {
  const files: Record<string, string> = {};
  const visit = (path: string): void => {
    const target = path.replace(/\.ts$/, ".js");
    if (target in files || path === "package.json") return;
    files[target] = textOf(path);
    const required = [...files[target].matchAll(/\brequire\("(\.[^"]+)"\)/g)].map(([, name]) => name!);
    for (const name of required) visit(resolved(path, name));
  };
  visit(MAIN);
  return files;
}

function textOf(path: string): string {
  if (path === PAGE) return `exports.bundlePage = () => (${JSON.stringify(pageAssets())});\n`;
  if (path === WORKER) return `exports.bundleWorker = () => ${JSON.stringify(workerText())};\n`;
  const text = readFileSync(join(PROJECT, path), "utf8");
  if (!path.endsWith(".ts")) return text;
  return ts.transpileModule(text, { compilerOptions, fileName: path }).outputText;
}

/** The types of a file, and of the files of this project that they name. */
function declarations(path: string, files: Record<string, string> = {}): Record<string, string> {
  const target = path.replace(/\.ts$/, ".d.ts");
  if (target in files) return files;
  const text = readFileSync(join(PROJECT, path), "utf8");
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(text, { compilerOptions, fileName: path });
  const [problem] = diagnostics;
  if (problem !== undefined) {
    throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(problem.messageText, "\n")} Declare what it exports.`);
  }
  files[target] = outputText;
  for (const [, name] of outputText.matchAll(/\bfrom "(\.[^"]+)"/g)) declarations(resolved(path, name!), files);
  return files;
}

/** The path in the project of what a file names. */
function resolved(from: string, name: string): string {
  const path = posix.join(dirname(from), name);
  return path.endsWith(".json") ? path : `${path}.ts`;
}
