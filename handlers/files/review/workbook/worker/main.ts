import { parentPort } from "node:worker_threads";
import type { Answer, Task } from "../tasks";
import { write } from "./write";

/** Runs in a thread of its own: with its own heap, so that no workbook, whoever made it, can end the run. */
async function answerTo({ write: sheet }: Task): Promise<Answer> {
  try {
    return { bytes: await write(sheet) };
  } catch (error) {
    const { name, message } = error as Error;
    return { error: { name, message } };
  }
}

parentPort?.on("message", async (task: Task) => parentPort?.postMessage(await answerTo(task)));
