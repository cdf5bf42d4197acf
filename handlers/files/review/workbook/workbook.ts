import { Worker } from "node:worker_threads";
import { reportError } from "../../../errors";
import type { SheetFindings } from "../sheetLines";
import type { Answer, SheetToWrite, Task } from "./tasks";

export type { SheetColumn } from "./tasks";

const worker = { text: "" };

/**
 * The text of the worker that writes and reads workbooks. Bundled when it is first asked for: by a run from the terminal, and by the program before it
 * serialises the handler, which carries the text along. Lambda finds it there, and needs neither the library nor a bundler.
 */
export function workerText(): string {
  if (worker.text === "") {
    // Not an import: what loads this file, or is serialised with it, does not load the bundler.
    const { bundleWorker } = require("./bundle") as typeof import("./bundle");
    worker.text = bundleWorker();
  }
  return worker.text;
}

export interface Workbooks {
  /**
   * A workbook, piece by piece; the same pieces for the same batches.
   *
   * @param batches of lines, each of which has a text for each column. No more are asked for once the sheet is so large that a few more may not fit into
   * an archive of 4 GB.
   */
  write(
    sheet: SheetToWrite,
    batches: Iterator<readonly (readonly string[])[]>,
  ): AsyncGenerator<Buffer, void, undefined>;
  /**
   * What a returned workbook says, and how many bytes it unpacked to. Rejects with `UnreadableSheet`.
   *
   * @param mostUnpacked how many bytes it may unpack to
   */
  read(bytes: Buffer, mostUnpacked: number): Promise<{ findings: SheetFindings; unpacked: number }>;
  /** Ends the thread; the next task begins another. */
  close(): void;
}

/** Workbooks are written and read in a thread of its own, one at a time: what takes too much memory there fails, and does not end the process. */
export function createWorkbooks(): Workbooks {
  const HEAP_MB = 640;
  const MOST_SHEET_BYTES = 3_500_000_000;
  const READING_MS = 120_000; // of a workbook that is made to take for ever
  let thread: Worker | null = null;

  function close(): void {
    void thread?.terminate();
    thread = null;
  }

  async function ask(task: Task, withinMs?: number): Promise<Answer> {
    // Without the arguments of this process, which may name loaders: the worker's text needs none.
    const options = { eval: true, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } };
    thread ??= new Worker(workerText(), options);
    const asked = thread;
    asked.ref();
    let settle = {} as { resolve(answer: Answer): void; reject(error: unknown): void };
    const answering = new Promise<Answer>((resolve, reject) => {
      settle = { resolve, reject };
    });
    const { resolve, reject } = settle;
    const ended = () => reject(reportError("WorkbookFailed", "The thread has ended."));
    asked.on("message", resolve).on("error", reject).on("exit", ended);
    const timer = withinMs && setTimeout(() => reject(reportError("WorkbookFailed", "It takes too long.")), withinMs);
    try {
      asked.postMessage(task);
      return await answering;
    } catch (error) {
      close();
      throw error;
    } finally {
      clearTimeout(timer);
      // One by one: the thread's own listeners must stay.
      asked.off("message", resolve).off("error", reject).off("exit", ended);
      asked.unref();
    }
  }

  const said = (answer: Answer): string => ("error" in answer ? answer.error.message : "it gave another answer");

  async function written(task: Task): Promise<{ bytes: Buffer; size: number }> {
    const answer = await ask(task);
    if (!("size" in answer)) throw reportError("WorkbookFailed", `A workbook could not be written: ${said(answer)}`);
    const { bytes, size } = answer;
    return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), size };
  }

  return {
    async *write(sheet, batches) {
      yield (await written({ begin: sheet })).bytes;
      for (let size = 0; size <= MOST_SHEET_BYTES; ) {
        const { value: lines, done } = batches.next();
        if (done) break;
        const piece = await written({ lines });
        size = piece.size;
        yield piece.bytes;
      }
      yield (await written({ end: true })).bytes;
    },
    async read(bytes, mostUnpacked) {
      const why = (error: unknown) => `It is not read: ${(error as Error).message}`;
      const answer = await ask({ read: bytes, mostUnpacked }, READING_MS).catch((error) => {
        throw reportError("UnreadableSheet", why(error), error);
      });
      if ("findings" in answer) return answer;
      throw reportError("UnreadableSheet", said(answer));
    },
    close,
  };
}
