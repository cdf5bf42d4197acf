// Unpacks the browser that @sparticuz/chromium ships (an ES module, hence this file):
//   node unpackChromium.mjs DIRECTORY
// The package is made for Lambda. Named as such, it also unpacks the few libraries that a bare machine lacks.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

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
