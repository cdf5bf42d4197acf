import { createGunzip } from "node:zlib";
import { type ContentCheck, feed } from "./contentCheck";
import type { Problems } from "./verdict";

/** Checks a gzip file of JSON Lines: each line an object, of this run. */
export function createJsonLinesCheck(name: string, problems: Problems, runId: string): ContentCheck {
  const LONGEST_LINE = 1024 * 1024;
  const gunzip = createGunzip();
  let rows = 0;

  function check(text: string): void {
    rows++;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      problems.add(name, rows, "is no JSON");
      return;
    }
    const ofRun = (value as { RunId?: unknown } | null)?.RunId;
    if (ofRun !== runId) problems.add(name, rows, `is of run ${JSON.stringify(ofRun)}, not of ${runId}`);
  }

  async function read(): Promise<void> {
    let rest = "";
    gunzip.setEncoding("utf8");
    for await (const text of gunzip as AsyncIterable<string>) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) check(line);
      if (rest.length > LONGEST_LINE) throw new Error(`a line is longer than ${LONGEST_LINE} characters`);
    }
    if (rest !== "") throw new Error("the last line does not end");
  }

  return feed(
    gunzip,
    read,
    (error) => problems.add(name, rows + 1, `is no gzip file of JSON Lines from here on: ${error.message}`),
    () => rows,
  );
}
