import type { Evidence } from "../../logins/logins";
import type { NewGrants } from "../changes/changes";
import type { Row } from "../columns";
import { createCellFormatter } from "../csv/csv";
import { REVIEW_FILE } from "../names";
import { evidenceOf, type RowSources } from "../rows";
import { type Action, createActions } from "./actions";
import { type CarriedCounts, createCarrying } from "./carrying";
import type { Decisions } from "./decisions";

export { type Decisions, noDecisions, readDecisions } from "./decisions";
export { createReviewerOf } from "./reviewer";

/** In the order in which a person reads: who, what, whether it is used, what to do about it; then what the program needs. */
export const REVIEW_COLUMNS = [
  "Reviewer",
  "Action",
  "Username",
  "UserDisplayName",
  "GroupName",
  "Gives",
  "Administrator",
  "Usage",
  "LastLogin",
  "SuggestedAction",
  "Reason",
  "Decision",
  "DecidedBy",
  "DecidedOn",
  "Comment",
  "DecisionStatus",
  "EarlierDecision",
  "RowStatus",
  "MemberSince",
  "RedundantWith",
  "Grants",
  "UserEmail",
  "account",
  "AccountName",
  "PermissionSetName",
  "InstanceArn",
  "IdentityStoreId",
  "PermissionSetArn",
  "PrincipalType",
  "PrincipalId",
  "UserId",
  "ActionKey",
  "ActionState",
] as const;

export type ReviewColumn = (typeof REVIEW_COLUMNS)[number];

/** A line of the sheet, raw: not yet escaped for spreadsheets. */
export type ReviewLine = Readonly<Record<ReviewColumn, string>>;

export interface ReviewOptions {
  readonly sources: RowSources;
  /** Of these sources, where it is there already. */
  readonly evidence?: Evidence;
  readonly decisions: Decisions;
  /** Left out where the report was compared with none. */
  readonly granted?: NewGrants | undefined;
}

/** How many lines of the sheet are what. */
export interface ReviewCounts extends CarriedCounts {
  lines: number;
  readonly bySuggestedAction: Record<string, number>;
}

/**
 * `review.csv`, the access-review sheet: one line for each thing that can be done about access. What its columns mean, and
 * when a decision is carried forward, is in docs/review.md.
 */
export function createReview({ sources, evidence = evidenceOf(sources), decisions, granted }: ReviewOptions) {
  const LINES_A_PIECE = 2_000;
  const { instanceArn, identityStoreId } = sources.settings;
  const columns = REVIEW_COLUMNS;
  const cell = createCellFormatter();
  const carrying = createCarrying(decisions);
  const { isDecided, onGrant } = carrying;
  const actions = createActions({ sources, evidence, granted, isDecided, onGrant });
  const counts: ReviewCounts = Object.assign(carrying.counts, { lines: 0, bySuggestedAction: {} });

  const lineOf = (action: Action): ReviewLine => ({
    ...action.cells,
    Action: action.kind,
    SuggestedAction: action.suggestion.action,
    Reason: action.suggestion.reason,
    ...carrying.cellsOf(action),
    InstanceArn: instanceArn,
    IdentityStoreId: identityStoreId,
    ActionKey: action.key,
    ActionState: action.state,
  });

  return {
    name: REVIEW_FILE,
    contentType: "text/csv; charset=utf-8",
    // With a byte order mark, without which Excel takes UTF-8 for the system's own encoding, and gives the sheet back so.
    begin: () => `\ufeff${columns.join(",")}\r\n`,
    rows(batch: readonly Row[]): string {
      actions.add(batch);
      return "";
    },
    *end(): Generator<string, void, undefined> {
      let piece = "";
      for (const action of actions.all()) {
        const line = lineOf(action);
        const suggested = line.SuggestedAction;
        counts.lines++;
        counts.bySuggestedAction[suggested] = (counts.bySuggestedAction[suggested] ?? 0) + 1;
        for (let at = 0; at < columns.length; at++) piece += (at === 0 ? "" : ",") + cell(line[columns[at]!]);
        piece += "\r\n";
        if (counts.lines % LINES_A_PIECE === 0) {
          yield piece;
          piece = "";
        }
      }
      yield piece;
    },
    recordCount: () => counts.lines,
    counts,
  };
}
