import { parentPort } from "node:worker_threads";
import type { Answer, Task } from "../tasks";
import { read } from "./read";
import { beginWorkbook, type WorkbookWriter } from "./write";

// In a file of its own: here the thread begins.

let workbook: WorkbookWriter | null = null;

/** Runs in a thread of its own: with its own heap, so that no workbook, whoever made it, can end the run. */
async function answerTo(task: Task): Promise<Answer> {
  try {
    if ("begin" in task) {
      workbook = await beginWorkbook(task.begin);
      return { bytes: Buffer.alloc(0), size: 0 };
    }
    if ("lines" in task) return await workbook!.lines(task.lines);
    if ("end" in task) return await workbook!.end();
    return await read(Buffer.from(task.read), task.mostUnpacked);
  } catch (error) {
    const { name, message } = error as Error;
    return { error: { name, message } };
  }
}

parentPort?.on("message", async (task: Task) => parentPort?.postMessage(await answerTo(task)));
