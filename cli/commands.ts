import { version } from "../package.json";
import { commandLine } from "./program";

/** Does its work, says what came of it, and gives the exit code. Takes the arguments after its name. */
type Run = (argv: readonly string[]) => Promise<number>;

interface Command {
  /** What it does: a clause. */
  readonly does: string;
  /** Loaded where it is asked for, so that help comes at once. */
  readonly load: () => Promise<Run>;
}

/** By the words that name them. */
const commands: Readonly<Record<string, Command>> = {
  report: {
    does: "writes the report: who can enter which AWS account, and when they last did",
    load: async () => (await import("./reportCommand")).reportCommand,
  },
  who: {
    does: "shows the grants of a report that match an account, a user, a group; the unused ones",
    load: async () => (await import("./who")).whoCommand,
  },
  verify: {
    does: "says whether a report is whole",
    load: async () => (await import("./verifyCommand")).verifyCommand,
  },
  "review check": {
    does: "says which decisions of a returned review sheet would be carried forward",
    load: async () => (await import("./reviewCheck")).reviewCheck,
  },
  check: {
    does: "says whether a report could be made: which rights are missing, what is not known, how long it takes",
    load: async () => (await import("./check")).checkCommand,
  },
};

const help = () => `Who can enter which AWS account through IAM Identity Center, and when they last did.

Usage: ${commandLine("COMMAND")} [options]

Commands:
${Object.entries(commands)
  .map(([name, { does }]) => `  ${name.padEnd(14)}${does}\n`)
  .join("")}
Options:
  --help        print this; after a command, its options, examples, and exit codes
  --version     print the program's version

Examples:
  ${commandLine("report")} --profile security-audit --region eu-west-1
  ${commandLine("who")} --admin --unused
  ${commandLine("verify")} report
  ${commandLine("report")} --help

Exit codes, of every command:
  0    done
  1    not done, or the answer is no
  2    the arguments are wrong
  3    done in part, or the answer is not known
  130  interrupted
`;

/**
 * Runs the command that the arguments name. Gives the exit code.
 *
 * @param argv what follows the program's name
 */
export async function dispatch(argv: readonly string[]): Promise<number> {
  const name = [argv.slice(0, 2).join(" "), argv[0] ?? ""].find((words) => Object.hasOwn(commands, words));
  if (name !== undefined) {
    const run = await commands[name]!.load();
    return run(argv.slice(name.split(" ").length));
  }
  const [first] = argv;
  if (first === "--version") {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  if (first === "--help" || first === "-h") {
    process.stdout.write(help());
    return 0;
  }
  const got = first === undefined ? "nothing" : JSON.stringify(first);
  process.stderr.write(
    `Expected a command, one of ${Object.keys(commands).join(", ")}, got ${got}. ${commandLine("COMMAND --help")} says what it does.\n`,
  );
  return 2;
}
