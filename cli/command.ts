import { messageOf } from "../handlers/errors";

/**
 * What every command does with its arguments: says what is wrong with them, or prints its help, or works. Gives the exit code.
 *
 * @param read the arguments, `null` where help is asked for; throws what is wrong with them
 * @param work gives the exit code
 */
export async function runCommand<Arguments>(
  read: () => Arguments | null,
  help: string,
  work: (given: Arguments) => Promise<number>,
): Promise<number> {
  let given: Arguments | null;
  try {
    given = read();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 2;
  }
  if (given === null) {
    process.stdout.write(help);
    return 0;
  }
  return work(given);
}
