import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import type { OrganisationFile } from "../../local/aws";
import type { ReportFiles } from "./reportDirectory";

const folder = join(__dirname, "../fixtures/report-0.1");

/** A report of version 0.1, all its files: tests/fixtures/report-0.1/README.md. */
export function reportOf01(which: "first" | "second"): ReportFiles {
  const pages = JSON.parse(brotliDecompressSync(readFileSync(join(folder, "pages.json.br"))).toString("utf8"));
  const names = readdirSync(join(folder, which), { withFileTypes: true }).filter((entry) => entry.isFile());
  const files = names.map(({ name }) => [name, readFileSync(join(folder, which, name))] as const);
  return { ...Object.fromEntries(files), "report.html": Buffer.from(pages[which]) };
}

/** The sheet that was returned between the two. */
export const returnedSheet = () => readFileSync(join(folder, "second/decisions/review.csv"));

/** What the local AWS served for the second. */
export const organisationOf01 = () =>
  JSON.parse(readFileSync(join(folder, "organisation.json"), "utf8")) as OrganisationFile;
