import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { OrganisationError } from "./organisationShapes";
import { startLocalAws } from "./server";

const usage = `Usage: npm run local-aws -- --organization FILE [options]

  --organization FILE  the organization to serve
  --port N             port on 127.0.0.1, 0 for any free one (default 4566)
  --rate R             multiplies every throttle, and divides the time that a query takes (default 1)
  --no-throttle        lifts the throttles
  --role ARN           a role that may be assumed, in whatever account; may be given several times
  --stats FILE         writes calls, throttles and bytes to FILE on exit
  --help`;

class UsageError extends Error {}

function readFlags() {
  try {
    return parseArgs({
      options: {
        organization: { type: "string" },
        port: { type: "string", default: "4566" },
        rate: { type: "string", default: "1" },
        "no-throttle": { type: "boolean", default: false },
        role: { type: "string", multiple: true, default: [] },
        stats: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function serve(): Promise<void> {
  const flags = readFlags();
  if (flags.help) {
    console.log(usage);
    return;
  }
  if (!flags.organization) throw new UsageError("--organization: expected a file, got nothing");
  if (!/^\d{1,5}$/.test(flags.port) || Number(flags.port) > 65_535) {
    throw new UsageError(`--port: expected a number from 0 to 65535, got "${flags.port}"`);
  }
  if (!(Number(flags.rate) > 0 && Number(flags.rate) < Number.POSITIVE_INFINITY)) {
    throw new UsageError(`--rate: expected a number above 0, got "${flags.rate}"`);
  }
  const aws = await startLocalAws({
    organisation: flags.organization,
    port: Number(flags.port),
    rate: Number(flags.rate),
    throttle: !flags["no-throttle"],
    roles: Object.fromEntries(flags.role.map((arn) => [arn, {}])),
  });
  const stop = () => {
    try {
      if (flags.stats) writeFileSync(flags.stats, `${JSON.stringify(aws.stats(), null, 2)}\n`);
    } catch (error) {
      console.error(`--stats: ${(error as Error).message}`);
      process.exitCode = 1;
    }
    aws.close().then(() => process.exit());
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  console.log(`ready ${aws.url}`);
}

serve().catch((error: NodeJS.ErrnoException) => {
  if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
  else if (error instanceof OrganisationError) console.error(error.message);
  else if (error.syscall === "listen") console.error(`--port: ${error.message}`);
  else console.error(error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
