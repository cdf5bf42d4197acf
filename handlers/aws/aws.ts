/** Asking AWS: one caller that paces, retries and counts, the clients that it calls with, and pages. */
export { type Caller, type CallStatistics, createCaller } from "./caller";
export { type ClientOptions, type Clients, createClients, createTopicClient } from "./clients";
export { allPages, inParallel } from "./pages";
