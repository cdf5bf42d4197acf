import type { PageAssets } from "./bundle";
import type { PageData } from "./pageData";

const assets: PageAssets = { script: "", style: "", scriptHash: "", styleHash: "" };

/**
 * Bundled when they are first asked for: by a report from the terminal, and by the program before it serialises the handler, which
 * carries the four strings along. Lambda finds them there, and needs neither the libraries nor a bundler.
 */
export function pageAssets(): PageAssets {
  if (assets.script === "") {
    // Not an import: what loads this file, or is serialised with it, does not load the bundler.
    const { bundlePage } = require("./bundle") as typeof import("./bundle");
    Object.assign(assets, bundlePage());
  }
  return assets;
}

/**
 * The page up to its data. The browser is forbidden to load, send or run anything but the one style and the one script that are
 * known by their hashes; the file's `img-src data:` is for its icon.
 */
export function pageStart(): string {
  const { style, scriptHash, styleHash } = pageAssets();
  const policy = [
    "default-src 'none'",
    `script-src '${scriptHash}'`,
    `style-src '${styleHash}'`,
    "img-src data:",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>Who can enter which AWS account</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230b5cad'/%3E%3Cpath d='M5 8h6M8 5v6' stroke='white' stroke-width='2'/%3E%3C/svg%3E">
<style>${style}</style>
</head>
<body>
<noscript><p>This page needs its own script, which is in this file. Allow scripts for it, or read credential_report.csv beside it.</p></noscript>
`;
}

/**
 * The data, which no character of can end its element, and the script that shows it.
 */
export function pageEnd(data: PageData): string {
  const json = JSON.stringify(data)
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
  return `<script type="application/json" id="report">${json}</script>
<script>${pageAssets().script}</script>
</body>
</html>
`;
}
