import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

interface PackageFile {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * Which of a program's own dependencies stay out of the function's archive, into which Pulumi packs all of them: each that is not needed.
 * What is left out is left out below other packages, too, so that nothing may be in it that those need.
 *
 * @param needed packages that the function loads
 * @param directory of the program
 * @param own the name of the package that this file is part of; the program itself has another, or does not depend on it
 */
export function packagesLeftOut(needed: readonly string[], directory: string, own: string): string[] {
  const program = lookUp("package.json", directory);
  if (program === null) return []; // Pulumi says so
  const { dependencies = {} } = readPackage(program);
  const wanted = new Set<string>([own]);
  for (const name of needed) addWithDependencies(name, __dirname, wanted);
  return Object.keys(dependencies).filter((name) => !wanted.has(name));
}

/**
 * What is wrong with how the package that this file is part of is installed in a program, undefined where nothing is. Where it is a link, as
 * pnpm installs, Pulumi packs it by the link's name and what it needs by the name of the place: in Lambda it would find none of that.
 *
 * @param directory of the program
 * @param own the name of the package
 */
export function installationProblem(directory: string, own: string): string | undefined {
  const file = lookUp(join("node_modules", own, "package.json"), directory);
  if (file === null) return undefined; // the program is this package itself
  const folder = dirname(file);
  const place = realpathSync(folder);
  if (place === join(realpathSync(dirname(dirname(file))), own)) return undefined;
  return (
    `${own}: expected a folder at ${folder}, got a link to ${place}, whose packages the function would not find in Lambda. ` +
    "Install with npm; or with pnpm, after node-linker=hoisted stands in .npmrc."
  );
}

/** Adds a package and what it needs, as Node finds them from a directory. */
function addWithDependencies(name: string, directory: string, to: Set<string>): void {
  if (to.has(name)) return;
  const path = lookUp(join("node_modules", name, "package.json"), directory);
  if (path === null) return; // optional, or Node says so
  to.add(name);
  for (const other of Object.keys(readPackage(path).dependencies ?? {})) addWithDependencies(other, dirname(path), to);
}

/** The nearest file of this path in a directory or above it; `null` where there is none. */
function lookUp(path: string, directory: string): string | null {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, path))) return join(folder, path);
    if (folder === dirname(folder)) return null;
  }
}

function readPackage(path: string): PackageFile {
  return JSON.parse(readFileSync(path, "utf8")) as PackageFile;
}
