import type { SmallObjects } from "./objects";
import { formatInstant } from "./times";

/**
 * How many hours ago the newest report was finished. Before the first report: since the first watch, which leaves a note, so that
 * a schedule that never fires is seen too.
 */
export async function hoursSinceLastReport(objects: SmallObjects): Promise<number> {
  const latest = await objects.read("latest.json");
  if (latest !== null) return hoursSince(latest.value.finishedAt);
  const first = await objects.read("watch.json");
  if (first !== null) return hoursSince(first.value.since);
  await objects.write("watch.json", { since: formatInstant(Date.now()) }, null);
  return 0;
}

function hoursSince(instant: unknown): number {
  return (Date.now() - Date.parse(String(instant))) / 3_600_000;
}
