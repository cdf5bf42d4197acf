import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { LocalAws } from "../../local/aws";
import { bundleTerminal } from "../../local/pack/terminal";
import { account, login, many, organisationOf, permissionSet, user, userAssignment } from "../support/organisation";

const root = join(__dirname, "../..");

/** Takes a moment: a run of these makes six sso-admin calls at 20 a second. */
export const small = organisationOf({
  Accounts: [account(0)],
  PermissionSets: [permissionSet(0)],
  Users: many(2, (index) => user(index)),
  AccountAssignments: many(2, (index) => userAssignment(0, 0, index)),
  Records: [login(0, 0, 0)],
});

/** What starts the program: `npm run report`, or another. */
type Program = readonly [command: string, ...args: string[]];
const TSX: Program = [join(root, "node_modules/.bin/tsx"), "cli/bin.ts", "report"];
/** The same by the command's own file. */
export const BY_ITS_FILE: Program = [join(root, "node_modules/.bin/tsx"), "cli/report.ts"];

/** `npm run report` as it is started, tsx and all, towards this endpoint. */
export function startReport(
  args: readonly string[],
  url: string,
  environment: NodeJS.ProcessEnv = {},
  [command, ...before]: Program = TSX,
) {
  const { PATH, HOME } = process.env;
  const child = spawn(command, [...before, "--requests-per-second", "20", ...args], {
    cwd: root,
    detached: true, // a process group of its own, as a shell gives it
    env: {
      ...{ PATH, HOME, AWS_ENDPOINT_URL: url, AWS_REGION: "us-east-1" },
      ...{ AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "example", NODE_NO_WARNINGS: "1" },
      ...environment,
    },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => {
    output.stdout += text;
  });
  child.stderr.on("data", (text) => {
    output.stderr += text;
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...output }));
  return { child, ended };
}

export const lake = ({ organisation }: LocalAws) => [
  "--lake-id",
  organisation.EventDataStoreArn!,
  "--now",
  organisation.Now,
];

/** The program as it is packed, which starts in a quarter of the time. @returns what `startReport` takes for its last argument */
export async function bundledReport(folder: string): Promise<Program> {
  const { file } = await bundleTerminal(folder);
  return [process.execPath, file, "report"];
}

/** What was asked of AWS meanwhile, by operation. */
export async function callsOf<Value>(localAws: LocalAws, work: () => Promise<Value>) {
  const before = { ...localAws.stats().calls };
  const value = await work();
  const calls = Object.entries(localAws.stats().calls).map(
    ([operation, count]) => [operation, count - (before[operation] ?? 0)] as const,
  );
  return [value, Object.fromEntries(calls.filter(([, count]) => count > 0))] as const;
}
