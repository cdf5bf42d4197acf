import { settings } from "../components/settings";
import { type PublishFigures, publishIn, withS3 } from "./publishing";

const ACCOUNTS = [20, 60, 200];

/** From the join to the last S3 part, in a process of its own: serialised as Lambda runs it, and as it stands in the source. */
export async function* volume(): AsyncGenerator<object> {
  const s3 = await withS3();
  try {
    for (const accounts of ACCOUNTS) {
      const serialised = await medianOf("serialised", s3.endpoint, accounts);
      const source = await medianOf("source", s3.endpoint, accounts);
      yield {
        rows: serialised.rows,
        bytes: serialised.bytes,
        seconds: round(serialised.seconds),
        cpuSeconds: round(serialised.cpuSeconds),
        rowsPerSecond: Math.round(serialised.rows / serialised.seconds),
        peakMemoryMB: Math.round(serialised.peakMemoryMB),
        secondsNotSerialised: round(source.seconds),
        cpuSecondsNotSerialised: round(source.cpuSeconds),
        serialisedToSource: round(serialised.seconds / source.seconds),
      };
    }
  } finally {
    s3.close();
  }
}

/** The median of three runs by time; the highest peak. */
async function medianOf(form: "serialised" | "source", endpoint: string, accounts: number): Promise<PublishFigures> {
  const runs: PublishFigures[] = [];
  for (let run = 0; run < 3; run++)
    runs.push(await publishIn(form, endpoint, String(accounts), settings.memorySize.defaultValue));
  runs.sort((a, b) => a.seconds - b.seconds);
  return { ...runs[1]!, peakMemoryMB: Math.max(...runs.map((each) => each.peakMemoryMB)) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
