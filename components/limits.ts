import { LONGEST_RUN_SECONDS, LONGEST_SLICE_SECONDS } from "../handlers/bucket/bucket";
import { RETRIES } from "../handlers/slice";

/** The function's time-out, which the function itself must know, too: it tells by it what a clock that was ahead has written. */
export const functionSeconds = LONGEST_SLICE_SECONDS;

/** How long the state machine waits for a slice: until Lambda has ended it, which says why, and a margin. */
export const sliceSeconds = functionSeconds + 60;

/** How often a slice that died or threw is tried again. The function must know it, too: it answers what it would throw at the last one. */
export const sliceRetries = RETRIES;

/** How long a run may take, all its slices together. */
export const longestRunSeconds = LONGEST_RUN_SECONDS;

/**
 * What the settings that may be long may have of the 4,096 bytes that Lambda grants a function's environment, which it measures as
 * JSON: the names of administrator permission sets, the reviewers' pattern, and a table to read logins from.
 */
export const longSettingsBytes = 2_800;
