/**
 * How a command of this program is started, to be typed: `npm run report --` in a clone of the repository, `credential-report report` where
 * the program is installed.
 *
 * @param script as `process.argv[1]`
 */
export function commandLine(command: string, script = process.argv[1] ?? ""): string {
  const [name, ...more] = command.split(" ");
  return script.endsWith(".ts") ? ["npm run", name, "--", ...more].join(" ") : `credential-report ${command}`;
}
