import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "./bundle";

/** A package's README: a page of `docs/`, in which links to files that are not in the package, `docs/` and examples, are plain text. */
export function readmeOf(page: string, packed: readonly string[] = []): string {
  const text = readFileSync(join(PROJECT, "docs", page), "utf8");
  return text.replace(/\[([^\]]+)\]\(([^)]+)\)/g, (link, words, target) =>
    /^(https:|#)/.test(target) || packed.includes(target) ? link : words,
  );
}
