/**
 * How Lambda's Node.js runtimes share a function's memory out, unless NODE_OPTIONS says one of the two: then Node's own defaults hold
 * for the other. A tenth for young objects, in two halves; the rest for old ones. Known from the runtime's start script.
 */
export function heapFlags(memoryMiB: number): string[] {
  const young = Math.floor(memoryMiB / 10);
  return [`--max-semi-space-size=${Math.floor(young / 2)}`, `--max-old-space-size=${memoryMiB - young}`];
}
