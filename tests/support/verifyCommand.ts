import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { verifyCommand } from "../../cli/verifyCommand";
import { bundleTerminal } from "../../local/pack/terminal";
import { publishFiles, type ReportFiles } from "./reportDirectory";
import { sourcesOf } from "./reportRows";

export const root = resolve(__dirname, "../..");

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const folder = mkdtempSync(join(tmpdir(), "verify-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let bundled: ReturnType<typeof bundleTerminal> | undefined;

/** `credential-report verify` as it is packed, which starts in a quarter of the time that `npm run verify` takes. */
export async function runVerify(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  bundled ??= bundleTerminal(folder);
  const { file } = await bundled;
  const env = { ...process.env, ...environment };
  return new Promise((ended) => {
    execFile(process.execPath, [file, "verify", ...args], { env }, (error, out, err) =>
      ended({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** The same command in this process, which takes a tenth of the time: for what is not about how a process is started and how it ends. */
export async function verifyHere(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const written = { out: "", err: "" };
  const heard = process.listeners("unhandledRejection");
  const env = { ...process.env };
  const spies = (["out", "err"] as const).map((name) =>
    jest.spyOn(process[`std${name}`], "write").mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  Object.assign(process.env, environment);
  try {
    const code = await verifyCommand(args);
    return { code, ...written };
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
    Object.assign(process.env, env);
    for (const spy of spies) spy.mockRestore();
    for (const listener of process.listeners("unhandledRejection")) {
      if (!heard.includes(listener)) process.off("unhandledRejection", listener);
    }
  }
}

const organisation = sourcesOf({
  pairs: [["111111111111", 1, [["USER", "u-alice"]]]],
  users: [{ id: "u-alice", name: "alice" }],
});

/** A report of one grant. */
export function publishAt(now: string, runId: string, before: { key: string; files: ReportFiles } | null) {
  return publishFiles({ ...organisation, settings: { ...organisation.settings, now } }, { runId }, before);
}
