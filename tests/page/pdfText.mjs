// Gives where the texts of a PDF stand (an ES module, hence this file): node pdfText.mjs FILE
import { readFileSync } from "node:fs";
import { getDocumentProxy } from "unpdf";

const document = await getDocumentProxy(new Uint8Array(readFileSync(process.argv[2])));
const pages = [];
for (let number = 1; number <= document.numPages; number++) {
  const page = await document.getPage(number);
  const { items } = await page.getTextContent();
  // Names that stand aslant in a picture are cut by its frame, and where they would end is not reckoned here.
  const straight = items.filter(({ transform: [, slant] }) => slant === 0);
  const texts = straight.map(({ str, transform, width }) => ({
    text: str,
    left: transform[4],
    right: transform[4] + width,
  }));
  pages.push({ width: page.view[2], height: page.view[3], texts });
}
process.stdout.write(JSON.stringify(pages));
