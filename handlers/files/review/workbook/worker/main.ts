import { parentPort } from "node:worker_threads";
import type { Answer, Task } from "../tasks";
import { read } from "./read";
import { write } from "./write";

// In a file of its own: here the thread begins.

/** Runs in a thread of its own: with its own heap, so that no workbook, whoever made it, can end the run. */
async function answerTo(task: Task): Promise<Answer> {
  try {
    if ("write" in task) return { bytes: await write(task.write) };
    return await read(Buffer.from(task.read), task.mostUnpacked);
  } catch (error) {
    const { name, message } = error as Error;
    return { error: { name, message } };
  }
}

parentPort?.on("message", async (task: Task) => parentPort?.postMessage(await answerTo(task)));
