/** The longest that Lambda lets a function run. */
export const runSeconds = 900;

/** How long Lambda keeps an event that it cannot deliver at once, for instance while it throttles. */
export const eventAgeSeconds = 900;
