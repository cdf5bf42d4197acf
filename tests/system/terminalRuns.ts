import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { pageAssets, workerText } from "../../handlers/files/files";
import type { LocalAws } from "../../local/aws";
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
const TSX = [join(root, "node_modules/.bin/tsx"), "cli/report.ts"] as const;

/** `npm run report` as it is started, tsx and all, towards this endpoint. */
export function startReport(
  args: readonly string[],
  url: string,
  environment: NodeJS.ProcessEnv = {},
  [command, script]: readonly [string, string] = TSX,
) {
  const { PATH, HOME } = process.env;
  const child = spawn(command, [script, "--requests-per-second", "20", ...args], {
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

/** The program in one file, which starts in a quarter of the time. @returns what `startReport` takes for its last argument */
export async function bundledReport(folder: string): Promise<readonly [string, string]> {
  const outfile = join(folder, "report.js");
  // The page's assets are put together where the program is loaded, by a bundler that cannot be bundled.
  const contents = `exports.bundlePage = () => (${JSON.stringify(pageAssets())})`;
  const worker = `exports.bundleWorker = () => ${JSON.stringify(workerText())}`;
  const page: Plugin = {
    name: "page",
    setup({ onLoad }) {
      onLoad({ filter: /\/page\/bundle\.ts$/ }, () => ({ contents, loader: "js" }));
      onLoad({ filter: /\/workbook\/bundle\.ts$/ }, () => ({ contents: worker, loader: "js" }));
    },
  };
  const entry = join(root, "cli/report.ts");
  await build({
    entryPoints: [entry],
    ...{ outfile, bundle: true, platform: "node", logLevel: "error", plugins: [page] },
  });
  return [process.execPath, outfile];
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
