import { join, relative } from "node:path";
import { PROJECT } from "./pack/bundle";
import { packComponent } from "./pack/component";
import { packTerminal } from "./pack/terminal";

// `npm run pack`: what users install, into dist/.

async function main(): Promise<void> {
  const out = join(PROJECT, "dist");
  for (const { path, size } of [await packTerminal(out), await packComponent(out)]) {
    process.stdout.write(`${relative(process.cwd(), path)}  ${(size / 1e6).toFixed(1)} MB\n`);
  }
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
