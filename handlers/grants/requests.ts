/** The most that one page of these APIs may hold, by their service models; Organizations gives 20. */
export const PAGE_SIZE = 100;
export const ACCOUNTS_A_PAGE = 20;

/**
 * How many calls of one kind are under way at most. AWS grants 20 a second: as many keep that pace up while an answer takes up
 * to two and a half seconds, and no answer waits behind thousands.
 */
export const IN_FLIGHT = 50;
