import type { Evidence } from "../../logins/logins";
import type { NewGrants } from "../changes/changes";
import type { Row } from "../columns";
import { createCellFormatter } from "../csv/csv";
import { REVIEW_FILE } from "../names";
import { evidenceOf, type RowSources } from "../rows";
import { type Action, createActions } from "./actions";
import { createCarrying, type DecisionStatus, type DoneAction } from "./carrying";
import { REVIEW_COLUMNS, type ReviewLine } from "./columns";
import type { Decisions } from "./decisions";
import { kindOfKey } from "./keys";
import { createRowAdvice } from "./rowAdvice";
import { createSheets } from "./sheets";
import type { Workbooks } from "./workbook/workbook";

export type { Outcome } from "./carrying";
export { REVIEW_COLUMNS } from "./columns";
export { createDecidedOf } from "./decided";
export { type DecisionFile, type Decisions, NO_DECISIONS, readDecisions, readSheet } from "./decisions";
export { createReviewerOf } from "./reviewer";
export type { Advice } from "./rowAdvice";
export type { SuggestedAction, Suggestion } from "./suggestions";
export { createWorkbooks, workerText } from "./workbook/workbook";

export interface ReviewOptions {
  readonly sources: RowSources;
  /** Of these sources, where it is there already. */
  readonly evidence?: Evidence;
  readonly decisions: Decisions;
  /** Left out where no workbooks are wanted. */
  readonly workbooks?: Workbooks | undefined;
  /** Left out where the report was compared with none. */
  readonly granted?: NewGrants | undefined;
}

/** How many lines of the sheet are what. */
export interface ReviewCounts {
  lines: number;
  readonly bySuggestedAction: Record<string, number>;
}

/**
 * `review.csv`, the access-review sheet: one line for each thing that can be done about access. What its columns mean, and
 * when a decision is carried forward, is in docs/review.md.
 */
export function createReview({
  sources,
  evidence = evidenceOf(sources),
  decisions,
  workbooks,
  granted,
}: ReviewOptions) {
  const LINES_A_PIECE = 2_000;
  const { instanceArn, identityStoreId, now } = sources.settings;
  const columns = REVIEW_COLUMNS;
  const empty = Object.fromEntries(columns.map((name) => [name, ""])) as ReviewLine;
  const cell = createCellFormatter();
  const carrying = createCarrying(decisions);
  const { isDecided, onGrant } = carrying;
  const actions = createActions({ sources, evidence, granted, isDecided, onGrant });
  const rowAdvice = createRowAdvice(actions);
  const counts: ReviewCounts = { lines: 0, bySuggestedAction: {} };
  const byReviewer = new Map<string, number>();

  /** Literal, since spreading takes several times as long, a million times. */
  const lineOf = (action: Action): ReviewLine => {
    const { kind, key, state, suggestion, cells } = action;
    const decided = carrying.cellsOf(action);
    return {
      Reviewer: cells.Reviewer,
      Action: kind,
      Username: cells.Username,
      UserDisplayName: cells.UserDisplayName,
      GroupName: cells.GroupName,
      Gives: cells.Gives,
      Administrator: cells.Administrator,
      Usage: cells.Usage,
      LastLogin: cells.LastLogin,
      SuggestedAction: suggestion.action,
      Reason: suggestion.reason,
      Decision: decided.Decision,
      DecidedBy: decided.DecidedBy,
      DecidedOn: decided.DecidedOn,
      Comment: decided.Comment,
      DecisionStatus: decided.DecisionStatus,
      DecidedSince: decided.DecidedSince,
      EarlierDecision: decided.EarlierDecision,
      RowStatus: cells.RowStatus,
      MemberSince: cells.MemberSince,
      RedundantWith: cells.RedundantWith,
      Grants: cells.Grants,
      UserEmail: cells.UserEmail,
      account: cells.account,
      AccountName: cells.AccountName,
      PermissionSetName: cells.PermissionSetName,
      InstanceArn: instanceArn,
      IdentityStoreId: identityStoreId,
      PermissionSetArn: cells.PermissionSetArn,
      AccessType: cells.AccessType,
      RoleArn: cells.RoleArn,
      AssignedAt: cells.AssignedAt,
      PrincipalType: cells.PrincipalType,
      PrincipalId: cells.PrincipalId,
      UserId: cells.UserId,
      ActionKey: key,
      ActionState: state,
    };
  };

  /** Of what was to be removed, and is gone: as far as the returned sheet tells. */
  const lineOfDone = ({ key, about, cells }: DoneAction): ReviewLine => ({
    ...empty,
    ...cells,
    Action: kindOfKey(key),
    Gives: about,
    Reason: "Its removal was decided, and it is no longer in the report.",
    InstanceArn: instanceArn,
    IdentityStoreId: identityStoreId,
    ActionKey: key,
  });

  function* linesOf(reviewer?: string): Generator<ReviewLine, void, undefined> {
    for (const action of actions.all(reviewer)) yield lineOf(action);
    if (reviewer === undefined) for (const done of carrying.done()) yield lineOfDone(done);
  }

  function count(line: ReviewLine): void {
    const { Reviewer, SuggestedAction, DecisionStatus, ActionKey } = line;
    counts.lines++;
    rowAdvice.count(line);
    if (SuggestedAction !== "")
      counts.bySuggestedAction[SuggestedAction] = (counts.bySuggestedAction[SuggestedAction] ?? 0) + 1;
    byReviewer.set(Reviewer, (byReviewer.get(Reviewer) ?? 0) + 1);
    carrying.count(ActionKey, DecisionStatus as DecisionStatus);
  }

  const sheets = workbooks && createSheets({ columns, now, workbooks, linesOf });

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
      const last: string[] = columns.map(() => "");
      const formatted = [...last];
      let piece = "";
      for (const line of linesOf()) {
        count(line);
        for (let at = 0; at < columns.length; at++) {
          const text = line[columns[at]!];
          // What a group's memberships have in common is formatted once.
          if (text !== last[at]) {
            last[at] = text;
            formatted[at] = cell(text);
          }
          piece += at === 0 ? formatted[at] : "," + formatted[at];
        }
        piece += "\r\n";
        if (counts.lines % LINES_A_PIECE === 0) {
          yield piece;
          piece = "";
        }
      }
      yield piece;
    },
    recordCount: () => counts.lines,
    beside: () => sheets?.files(byReviewer.keys()) ?? [],
    notes: () => [...carrying.notes(), ...(sheets?.notes(byReviewer.keys()) ?? [])],
    done: () => workbooks?.close(),
    counts,
    /** What it says of each row; known after the end. */
    advice: rowAdvice.advice,
    /** What became of the decisions, of all and of each file; known after the end. */
    outcome: carrying.outcome,
    outcomeOfFiles: carrying.ofFiles,
  };
}
