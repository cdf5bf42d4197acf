import { open } from "node:fs/promises";
import { readJsonFile } from "./jsonFile";

/** Where the events are: they are never held here. */
export type Records =
  | { readonly path: string; readonly start: number; readonly end: number }
  | { readonly events: readonly object[] };

export type CloudTrailRecord = Readonly<Record<string, unknown>>;

/** The id of an event whose record has none, by its place among the records. */
export function madeEventId(place: number): string {
  return `00000000-0000-4000-8000-${String(place).padStart(12, "0")}`;
}

/** One record after the other, with its place, and where it stands in the file. */
export async function readRecords(
  records: Records,
  each: (record: CloudTrailRecord, place: number, start: number, end: number) => void,
): Promise<void> {
  if ("events" in records) {
    for (const [place, event] of records.events.entries()) each(event as CloudTrailRecord, place, 0, 0);
    return;
  }
  await readJsonFile(records.path, {
    value: () => undefined,
    element: (_key, place, value, start, end) => each(value as CloudTrailRecord, place, start, end),
    skip: (key) => key !== "Records",
    skipped: () => undefined,
  });
}

/** The Region of the first record that names one, among the first few. */
export async function firstRegionOf(records: Records): Promise<string | undefined> {
  if ("events" in records) {
    const named = records.events.map((event) => (event as CloudTrailRecord).awsRegion);
    return named.find((region) => typeof region === "string");
  }
  const file = await open(records.path);
  try {
    const beginning = Buffer.alloc(Math.min(65_536, records.end - records.start));
    await file.read(beginning, 0, beginning.length, records.start);
    return /"awsRegion"\s*:\s*"([^"]+)"/.exec(beginning.toString("utf8"))?.[1];
  } finally {
    await file.close();
  }
}
