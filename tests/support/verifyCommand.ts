import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { publishFiles, type ReportFiles } from "./reportDirectory";
import { sourcesOf } from "./reportRows";

export const root = resolve(__dirname, "../..");

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `npm run verify` as it is run. */
export function runVerify(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const env = { ...process.env, ...environment };
  return new Promise((ended) => {
    const command = [join(root, "cli/bin.ts"), "verify", ...args];
    execFile(join(root, "node_modules/.bin/tsx"), command, { env }, (error, out, err) =>
      ended({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const organisation = sourcesOf({
  pairs: [["111111111111", 1, [["USER", "u-alice"]]]],
  users: [{ id: "u-alice", name: "alice" }],
});

/** A report of one grant. */
export function publishAt(now: string, runId: string, before: { key: string; files: ReportFiles } | null) {
  return publishFiles({ ...organisation, settings: { ...organisation.settings, now } }, { runId }, before);
}
