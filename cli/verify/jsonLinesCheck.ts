import { createGunzip, type Gunzip, type InflateRaw } from "node:zlib";
import { type ContentCheck, feed } from "./contentCheck";
import { createGzipMember } from "./gzipMember";
import type { Problems } from "./verdict";

/** A line of a file of JSON Lines. */
export interface JsonRow {
  /** Counted from 1. */
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Checks a gzip file of JSON Lines: each line an object, of this run; nothing after the first gzip member, at which many readers stop.
 *
 * @param members `many` for reports of 0.1, which wrote a member for each batch of rows
 * @param onRow is given every line that is an object
 */
export function createJsonLinesCheck(
  name: string,
  problems: Problems,
  runId: string,
  members: "one" | "many" = "one",
  onRow: (row: JsonRow) => void = () => {},
): ContentCheck {
  const LONGEST_LINE = 1024 * 1024;
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
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      problems.add(name, rows, "is no object");
      return;
    }
    const { RunId } = value as { RunId?: unknown };
    if (RunId !== runId) problems.add(name, rows, `is of run ${JSON.stringify(RunId)}, not of ${runId}`);
    onRow({ line: rows, values: value as JsonRow["values"] });
  }

  async function readLines(inflated: AsyncIterable<Buffer>): Promise<void> {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    let rest = "";
    for await (const bytes of inflated) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) check(line);
      if (rest.length > LONGEST_LINE) throw new Error(`a line is longer than ${LONGEST_LINE} characters`);
    }
    if (rest + decoder.decode() !== "") throw new Error("the last line does not end");
  }

  const unreadable = (error: Error) =>
    problems.add(name, rows + 1, `is no gzip file of JSON Lines from here on: ${error.message}`);
  const checkOf = (inflate: Gunzip | InflateRaw, output: AsyncIterable<Buffer>) =>
    feed(
      inflate,
      () => readLines(output),
      unreadable,
      () => rows,
    );

  if (members === "many") {
    const gunzip = createGunzip();
    return checkOf(gunzip, gunzip);
  }
  const member = createGzipMember();
  const content = checkOf(member.inflate, member.output());
  return {
    async write(bytes) {
      const deflated = member.take(bytes);
      // Once the member has ended, nobody reads on.
      if (!member.inflate.destroyed) await content.write(deflated);
    },
    async end() {
      const read = await content.end();
      const damage = read === null ? null : member.damage();
      if (damage !== null) problems.add(name, null, damage);
      return read;
    },
  };
}
