// Unpacks the browser that @sparticuz/chromium ships (an ES module, hence this file):
//   node unpackChromium.mjs DIRECTORY
// The package is made for Lambda. Named as such, it also unpacks the few libraries that a bare machine lacks.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { decompress } from "wawoff2";

const directory = process.argv[2];
process.env.TMPDIR = directory;
process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs22.x";
const { default: chromium } = await import("@sparticuz/chromium");
await chromium.executablePath();
// The package's own names /tmp; without any font, Chromium crashes.
writeFileSync(
  join(directory, "fonts", "fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir></fontconfig>
`,
);
// It has no letters of these; fontconfig takes fonts as they are, but not as web pages load them.
const { resolve } = createRequire(import.meta.url);
for (const script of ["arabic", "kr", "sc"]) {
  const files = join(dirname(resolve(`@fontsource-variable/noto-sans-${script}/package.json`)), "files");
  for (const file of readdirSync(files).filter((name) => name.endsWith("-wght-normal.woff2"))) {
    const font = await decompress(readFileSync(join(files, file)));
    writeFileSync(join(directory, "fonts", "fonts", file.replace(/woff2$/, "ttf")), font);
  }
}
