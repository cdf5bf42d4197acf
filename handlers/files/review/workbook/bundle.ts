import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";

// In a file of its own because it is not serialised: Lambda has no bundler.

/** The worker's text, with the library that it uses: what of hucre writes and reads workbooks, and nothing else of it. */
export function bundleWorker(): string {
  const worker = join(__dirname, "worker");
  const licence = readFileSync(join(__dirname, "../../../../node_modules/hucre/LICENSE"), "utf8").trim();
  const { outputFiles } = buildSync({
    entryPoints: [join(worker, "main.ts")],
    tsconfig: join(worker, "tsconfig.json"),
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    charset: "ascii",
    legalComments: "none",
    banner: { js: `/*!\nhucre\n\n${licence}\n*/` },
  });
  return outputFiles[0]!.text;
}
