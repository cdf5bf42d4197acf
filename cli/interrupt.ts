import type { KeptJournal } from "../handlers/aws/aws";
import { reportError } from "../handlers/errors";

/** The name of the reason for which a run is ended by the person who started it. */
export const INTERRUPTED = "Interrupted";

/**
 * Ends the run on Ctrl-C, and where the terminal is closed or the process is asked to end: nothing new is read, the answers that are on
 * their way have a few seconds, and then `ending` is aborted. The second time, `endAtOnce` is called.
 *
 * @param waiting told where it does not end by itself at once
 */
export function endOnInterrupt(
  journal: Pick<KeptJournal, "end" | "settled">,
  ending: AbortController,
  waiting: () => void,
  endAtOnce: () => void,
): void {
  const ANSWERS_MS = 3_000;
  const WAITING_MS = 300;
  // npm and tsx pass on what the terminal has sent to all processes: that one does not count twice.
  const SAME_MS = 500;
  let firstMs: number | null = null;

  async function interrupt(): Promise<void> {
    const nowMs = performance.now();
    if (firstMs !== null) {
      if (nowMs - firstMs > SAME_MS) endAtOnce();
      return;
    }
    firstMs = nowMs;
    journal.end();
    const said = setTimeout(waiting, WAITING_MS);
    const late = new Promise((resolve) => setTimeout(resolve, ANSWERS_MS));
    await Promise.race([journal.settled(), late]);
    clearTimeout(said);
    ending.abort(reportError(INTERRUPTED, "Interrupted"));
  }

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, interrupt);
  // What a closed terminal cannot show must not end the process before all is kept.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}
