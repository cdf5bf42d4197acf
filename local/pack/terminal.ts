import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import project from "../../package.json";
import { assetsInlined, licencesOf, PROJECT } from "./bundle";
import { readmeOf } from "./readme";
import { makeTarball, type Tarball } from "./tarball";

const FILE = "credential-report.js";
/** What the README and `check` refer to. */
const POLICIES = ["terminal", "terminal-athena", "auditor", "github-actions-trust"].map(
  (name) => `policies/${name}.json`,
);

/**
 * Puts the terminal tool, with all that it needs, into one file that Node runs.
 *
 * @param folder where it goes, with its source map beside it
 */
export async function bundleTerminal(folder: string): Promise<{ readonly file: string; readonly metafile: Metafile }> {
  const file = join(folder, FILE);
  const { metafile } = await build({
    entryPoints: [join(PROJECT, "cli/bin.ts")],
    absWorkingDir: PROJECT,
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node20.19",
    // The packages' ES modules, of which a bundler can leave out what is not used.
    mainFields: ["module", "main"],
    minify: true,
    sourcemap: "external",
    metafile: true,
    legalComments: "none",
    logLevel: "error",
    banner: { js: "#!/usr/bin/env node" },
    plugins: [assetsInlined],
  });
  chmodSync(file, 0o755);
  return { file, metafile };
}

/**
 * Packs the terminal tool: a tarball of one program, with no dependencies and no install scripts. Its source map goes beside the tarball.
 *
 * @param out the folder that both go to
 */
export async function packTerminal(out: string): Promise<Tarball> {
  const { version, license, engines, description } = project;
  const folder = mkdtempSync(join(tmpdir(), "terminal-"));
  try {
    const { file, metafile } = await bundleTerminal(folder);
    const manifest = {
      name: "identity-center-credential-report-cli",
      version,
      description: description.replace(/: a Pulumi program\.$/, ", from a terminal."),
      license,
      engines: { node: engines.node },
      bin: { "credential-report": FILE },
      files: [FILE, "policies", "THIRD_PARTY_LICENSES.txt"],
    };
    const tarball = await makeTarball(
      manifest,
      {
        [FILE]: readFileSync(file),
        LICENSE: readFileSync(join(PROJECT, "LICENSE")),
        "README.md": readmeOf("terminal.md", POLICIES),
        ...Object.fromEntries(POLICIES.map((path) => [path, readFileSync(join(PROJECT, "docs", path))])),
        "THIRD_PARTY_LICENSES.txt": licencesOf(metafile),
      },
      out,
    );
    copyFileSync(`${file}.map`, tarball.path.replace(/\.tgz$/, ".js.map"));
    return tarball;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
