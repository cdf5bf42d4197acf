import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { reportError } from "../handlers/errors";

/** Stands in a directory while a run writes there. */
export const LOCK_FILE = ".credential-report.lock";

/** The process that holds a directory. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, milliseconds since 1970: a container gives every run the same pid. */
  readonly startedMs: number;
}

export interface DirectoryLock {
  /** Whether no other run has taken the lock over. */
  isOurs(): boolean;
  /** Throws where another run has taken the lock over, as two can that find a dead one's at the same instant. */
  check(): void;
  release(): void;
}

/** Takes the directory for this process. The lock of a process that has died is taken over; that of another is an error. */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, LOCK_FILE);
  const own = JSON.stringify(thisProcess());

  function isTaken(): boolean {
    try {
      writeFileSync(path, own, { flag: "wx" });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    }
  }

  if (!isTaken()) {
    const holder = holderOf(path);
    if (!isDead(holder)) throw inUse(path, holder);
    rmSync(path, { force: true });
    if (!isTaken()) throw inUse(path, holderOf(path));
  }
  const isOurs = () => textOf(path) === own;

  return {
    isOurs,
    check() {
      if (!isOurs()) throw inUse(path, holderOf(path));
    },
    release() {
      if (isOurs()) rmSync(path, { force: true });
    },
  };
}

function thisProcess(): Holder {
  return { pid: process.pid, host: hostname(), startedMs: Math.round(performance.timeOrigin) };
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** `null` where nobody can tell: a file that is being written or that is none of ours. */
function holderOf(path: string): Holder | null {
  try {
    const { pid, host, startedMs } = JSON.parse(textOf(path) ?? "") as Holder;
    return Number.isInteger(pid) && pid > 0 ? { pid, host, startedMs } : null;
  } catch {
    return null;
  }
}

/** Whether the process is known to have ended. Of another machine's, nobody here knows. */
function isDead(holder: Holder | null): boolean {
  const here = thisProcess();
  if (holder === null || holder.host !== here.host) return false;
  if (holder.pid === here.pid) return holder.startedMs !== here.startedMs;
  try {
    process.kill(holder.pid, 0);
    return isZombie(holder.pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Whether the process has ended, and nobody has taken note of it: in a container whose first process does not, it stays so. Linux only. */
function isZombie(pid: number): boolean {
  const status = textOf(`/proc/${pid}/status`);
  return status !== null && /^State:\s+[ZX]/m.test(status);
}

function inUse(path: string, holder: Holder | null): Error {
  const who = holder === null ? "another run" : `process ${holder.pid} on ${holder.host}`;
  return reportError(
    "DirectoryInUse",
    `${who} is writing a report there. Wait for it, or give another --out. If it has died, delete ${path}.`,
  );
}
