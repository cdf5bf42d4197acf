import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Metafile, Plugin } from "esbuild";
import { pageAssets, workerText } from "../../handlers/files/files";

/** The repository's folder. */
export const PROJECT = resolve(__dirname, "../..");

/** Puts the page's script and style, and the worker that writes workbooks, into a bundle as they are: what puts them together is a bundler, which cannot be bundled. */
export const assetsInlined: Plugin = {
  name: "assets inlined",
  setup({ onLoad }) {
    const contents = `exports.bundlePage = () => (${JSON.stringify(pageAssets())})`;
    const worker = `exports.bundleWorker = () => ${JSON.stringify(workerText())}`;
    onLoad({ filter: /[\\/]page[\\/]bundle\.ts$/ }, () => ({ contents, loader: "js" }));
    onLoad({ filter: /[\\/]workbook[\\/]bundle\.ts$/ }, () => ({ contents: worker, loader: "js" }));
  },
};

/** What the packages in a bundle ask to be kept with every copy of them: each text once, below the packages that it is of. */
export function licencesOf({ inputs }: Metafile): string {
  const folders = Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []);
  const packages = new Map<string, string[]>();
  for (const folder of [...new Set(folders)].sort()) {
    const path = join(PROJECT, folder);
    const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    const files = existsSync(path) ? readdirSync(path).filter((file) => /^(licen[cs]e|notice)/i.test(file)) : [];
    const texts = files.sort().map((file) => readFileSync(join(path, file), "utf8").trim());
    const text = [`License: ${license}`, ...texts].join("\n\n");
    packages.set(text, [...(packages.get(text) ?? []), `${name} ${version}`]);
  }
  const line = "=".repeat(80);
  return [...packages].map(([text, names]) => `${line}\n${names.join("\n")}\n\n${text}\n`).join("\n");
}
