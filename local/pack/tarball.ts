import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** A package as `npm install` takes it. */
export interface Tarball {
  readonly path: string;
  /** Of the tarball, bytes. */
  readonly size: number;
  /** The paths in it, sorted. */
  readonly files: readonly string[];
}

/**
 * Makes a tarball by `npm pack`.
 *
 * @param files by the path in the package; `package.json` is made of `manifest`
 * @param out the folder that the tarball goes to
 */
export async function makeTarball(
  manifest: object,
  files: Readonly<Record<string, string | Uint8Array>>,
  out: string,
): Promise<Tarball> {
  const staging = mkdtempSync(join(tmpdir(), "pack-"));
  try {
    const all = { ...files, "package.json": `${JSON.stringify(manifest, null, 2)}\n` };
    for (const [path, content] of Object.entries(all)) {
      mkdirSync(dirname(join(staging, path)), { recursive: true });
      writeFileSync(join(staging, path), content);
      chmodSync(join(staging, path), 0o644);
    }
    mkdirSync(out, { recursive: true });
    const options = ["--json", "--ignore-scripts", "--silent", "--pack-destination", out];
    const { stdout } = await promisify(execFile)("npm", ["pack", ...options], { cwd: staging, encoding: "utf8" });
    const [{ filename, size, files: packed }] = JSON.parse(stdout);
    const paths = (packed as { readonly path: string }[]).map(({ path }) => path);
    return { path: join(out, filename), size, files: paths.sort() };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
