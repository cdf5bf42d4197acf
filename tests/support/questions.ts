import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The questions of docs/review.md, in the table after the paragraph that begins so. */
export function askedInDocs(beginning: "On the page" | "With the sheet"): string[] {
  const text = readFileSync(join(__dirname, "../../docs/review.md"), "utf8");
  const paragraphs = text.slice(text.indexOf("## Questions, and the way to the answer")).split("\n\n");
  const table = paragraphs[paragraphs.findIndex((paragraph) => paragraph.startsWith(beginning)) + 1]!;
  const cells = table.split("\n").map((line) => line.split("|")[1]?.trim() ?? "");
  return cells.slice(2).filter((question) => question !== "");
}
