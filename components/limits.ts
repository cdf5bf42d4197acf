/** The longest that Lambda lets a function run. */
export const runSeconds = 900;

/** The point at which Lambda gives one whole vCPU. The join runs on one thread, so more would idle; less would slow it. */
export const memoryMiB = 1769;

/** How long Lambda keeps an event that it cannot deliver at once, for instance while it throttles. */
export const eventAgeSeconds = 900;
