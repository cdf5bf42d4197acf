import { dispatch } from "./commands";
import { standInHome } from "./home";

/** Ends the process once everything is written. */
function end(code: number): void {
  process.stdout.write("", () => process.exit(code));
}

/**
 * Runs `credential-report`, and ends the process with its exit code.
 *
 * @param argv what follows the program's name
 */
export function start(argv: readonly string[]): void {
  // Whoever reads no further, as `head` does, is no error; and what a closed terminal cannot show must not end a run.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(`credential-report: expected Node 20.19 or later, got ${process.versions.node}.\n`);
    end(2);
    return;
  }
  // The SDK's notice of the Node versions that it will leave is for those who choose its version.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  standInHome();
  dispatch(argv).then(end, (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    end(1);
  });
}
