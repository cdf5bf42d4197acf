const { join } = require("node:path");

// A report's page and its workbooks' worker are bundled on first use, which each test file would pay for: a process bundles each once.
// `madeOnce` is the environment's.
for (const [file, name] of [
  ["handlers/files/page/bundle", "bundlePage"],
  ["handlers/files/review/workbook/bundle", "bundleWorker"],
]) {
  const path = join(__dirname, "../..", file);
  const bundle = () => {
    globalThis.madeOnce[name] ??= jest.requireActual(path)[name]();
    return globalThis.madeOnce[name];
  };
  jest.mock(path, () => ({ __esModule: true, [name]: bundle }));
}
