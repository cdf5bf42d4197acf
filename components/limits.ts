/** The longest that Lambda lets a function run. */
export const runSeconds = 900;

/**
 * Room for the young objects of Node's heap. The rows are made and forgotten by the million: with the default, collecting them
 * takes a fifth to a quarter of the time of a large report (docs/performance.md). In MiB; it costs about as much memory.
 */
export const nodeOptions = "--max-semi-space-size=64";

/** How long Lambda keeps an event that it cannot deliver at once, for instance while it throttles. */
export const eventAgeSeconds = 900;
