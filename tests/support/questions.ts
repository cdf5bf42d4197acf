import { readFileSync } from "node:fs";
import { join } from "node:path";

const DOCUMENTS = { "On the page": "report.md", "With the sheet": "review.md" };

/** The questions of a document, in the table after the paragraph that begins so. */
export function askedInDocs(beginning: keyof typeof DOCUMENTS): string[] {
  const text = readFileSync(join(__dirname, "../../docs", DOCUMENTS[beginning]), "utf8");
  const paragraphs = text.split("\n\n");
  const table = paragraphs[paragraphs.findIndex((paragraph) => paragraph.startsWith(beginning)) + 1]!;
  const cells = table.split("\n").map((line) => line.split("|")[1]?.trim() ?? "");
  return cells.slice(2).filter((question) => question !== "");
}
