import { cpus } from "node:os";
import { coldStart } from "./coldStart";
import { installed } from "./installed";
import { eventHistory, harvest, loginArchive } from "./logins";
import { pace } from "./pace";
import { page } from "./page";
import { pageInBrowser } from "./pageInBrowser";
import { sizes } from "./sizes";
import { slices } from "./slices";
import { trailTable } from "./trailTable";
import { volume } from "./volume";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** `npm run bench`: the figures of docs/performance.md, as JSON lines. Names of benchmarks as arguments run just those. */
async function main(): Promise<void> {
  const benchmarks = {
    pace,
    slices,
    eventHistory,
    harvest,
    loginArchive,
    trailTable,
    volume,
    sizes,
    page,
    pageInBrowser,
    coldStart,
    installed,
  };
  const chosen = process.argv.slice(2);
  const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  print({
    machine: `${cpus().length} × ${cpus()[0]?.model}`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  });
  for (const [name, benchmark] of Object.entries(benchmarks)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    for await (const figures of benchmark()) print({ benchmark: name, ...figures });
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
