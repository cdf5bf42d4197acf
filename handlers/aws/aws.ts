/** Asking AWS: one caller that paces, retries and counts, the clients that it calls with, and pages. */

export {
  ACCOUNT_ACCESS_REGIONS,
  type AccountAccessClient,
  type AccountAccessCommand,
  createAccountAccess,
  listAccessApplications,
  listAccountEntitlements,
} from "./accountAccess";
export { wholeAnswerTo } from "./answers";
export {
  type AnswerTo,
  type AwsClient,
  type Caller,
  callerApart,
  createCaller,
  type Effort,
  mergeEfforts,
  type Staged,
} from "./caller";
export { type ClientOptions, type Clients, clientSettings, createClients, createTopicClient } from "./clients";
export { createJournal, type Journal, type KeptJournal, SLICE_OVER } from "./journal";
export { createMustBe, type MustBe } from "./mustBe";
export { accountAccessPerSecond, type Grants } from "./pace";
export { allPages, allPagesUnless, inParallel, type Listing, pagesOf } from "./pages";
