import { PAGE_SCRIPT, PAGE_SCRIPT_HASH, PAGE_STYLE, PAGE_STYLE_HASH } from "./assets";
import type { PageData } from "./pageData";

/**
 * The page up to its data. The browser is forbidden to load, send or run anything but the one style and the one script that are
 * known by their hashes; the file's `img-src data:` is for its icon.
 */
export function pageStart(): string {
  const policy = [
    "default-src 'none'",
    `script-src '${PAGE_SCRIPT_HASH}'`,
    `style-src '${PAGE_STYLE_HASH}'`,
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
<style>${PAGE_STYLE}</style>
</head>
<body>
<noscript><p>This report is drawn by a script of its own. Allow scripts for this file, or read credential_report.csv beside it.</p></noscript>
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
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}
