import { LONGEST_SLICE_SECONDS } from "../handlers/bucket/bucket";

/** The function's time-out, which the function itself must know, too: it tells by it what a clock that was ahead has written. */
export const runSeconds = LONGEST_SLICE_SECONDS;

/** The point at which Lambda gives one whole vCPU. The join runs on one thread, so more would idle; less would slow it. */
export const memoryMiB = 1769;

/** How long Lambda keeps an event that it cannot deliver at once, for instance while it throttles. */
export const eventAgeSeconds = 900;

/**
 * What the names of administrator permission sets and the reviewers' pattern may have of the 4,096 bytes that Lambda grants a
 * function's environment, which it measures as JSON. Nothing else in it is longer than an ARN or a name.
 */
export const longSettingsBytes = 2_900;
