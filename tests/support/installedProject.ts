import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { packComponent } from "../../local/pack/component";
import type { Tarball } from "../../local/pack/tarball";

const root = resolve(__dirname, "../..");

/** A user's own Pulumi project with the component's package installed in it, as npm would: with what it depends on and nothing else. */
export interface InstalledProject {
  readonly directory: string;
  readonly tarball: Tarball;
  dispose(): void;
}

/**
 * Makes one, with no registry: what the package depends on comes from this repository's own packages.
 *
 * @param files of the project, by path; Pulumi.yaml, package.json and index.ts among them
 */
export async function installedProject(files: Readonly<Record<string, string>>): Promise<InstalledProject> {
  const directory = mkdtempSync(join(tmpdir(), "installed-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  const tarball = await packComponent(`${directory}-packed`);
  const installed = join(directory, "node_modules/identity-center-credential-report");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", tarball.path, "-C", installed, "--strip-components", "1"]);
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  const own = JSON.parse(files["package.json"]!).dependencies ?? {};
  const names = Object.keys({ ...dependencies, ...peerDependencies, ...own });
  // What Pulumi's runner needs of a project in TypeScript.
  const seen = new Set<string>();
  for (const name of [...names, "typescript", "@types/node"]) install(name, root, directory, seen);
  return {
    directory,
    tarball,
    dispose() {
      for (const made of [directory, `${directory}-packed`]) rmSync(made, { recursive: true, force: true });
    },
  };
}

/** Puts a package and what it needs where npm has put it here, its files linked. */
function install(name: string, from: string, directory: string, seen: Set<string>): void {
  const source = found(name, from);
  if (source === null || seen.has(source)) return; // optional, and not for this platform
  seen.add(source);
  const target = join(directory, source.slice(root.length + 1));
  if (!existsSync(target)) {
    mkdirSync(dirname(target), { recursive: true });
    copyLinked(source, target);
  }
  const {
    dependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
  } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  for (const other of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    install(other, source, directory, seen);
  }
}

function found(name: string, from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, "node_modules", name);
    if (existsSync(join(path, "package.json"))) return path;
    if (folder === root) return null;
  }
}

/** Links where the disk can, since a copy of some thousand files takes seconds. */
function copyLinked(source: string, target: string): void {
  try {
    execFileSync("cp", ["-al", source, target], { stdio: "ignore" });
  } catch {
    cpSync(source, target, { recursive: true });
  }
}
