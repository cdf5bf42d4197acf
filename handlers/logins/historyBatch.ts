import { type CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { type Caller, pagesOf } from "../aws/aws";
import { assignmentOf, idOf, type LookedUpEvent, loginOf, removedRegionOf, timeOf } from "./eventRecord";
import { type EventName, REGION_REMOVED } from "./events";
import { partOf } from "./part";
import { createQuarterSums, type KeptEvent, type QuarterSums } from "./quarterSums";
import { quarterOf } from "./quarters";

/** A stretch of time in a Region of which nothing is known yet: both ends are within, milliseconds since 1970. */
export interface Span {
  readonly region: string;
  /** The events that are read, by name. */
  readonly names: readonly EventName[];
  /** Where a quarter begins. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** The newest quarters of a span, read to their end. */
export interface Batch {
  /** The first instant of the oldest of them. */
  readonly fromMs: number;
  readonly sums: QuarterSums;
  /** AWS's clock at the first page, and at the last; `null` where an answer did not say. */
  readonly firstReadMs: number | null;
  readonly lastReadMs: number | null;
  /** The kinds under which the journal keeps its pages. */
  readonly kinds: readonly string[];
}

/** A span of which the first page of each event name was read. */
export interface OpenedSpan {
  /** How many pages the span seems to have, from one instant on. */
  pagesFrom(fromMs: number): number;
  /** Reads the newest quarters whose pages are few enough to be read together; at least one. */
  readBatch(onEvents: (count: number) => void): Promise<Batch>;
}

/** Events of a page, at most. */
export const PAGE_EVENTS = 50;

/**
 * Begins to read a span, with one look-up for each event name: where that is all, there are no others.
 *
 * @param instanceArn whose assignments are taken
 */
export async function openSpan(
  client: CloudTrailClient,
  span: Span,
  instanceArn: string,
  call: Caller,
): Promise<OpenedSpan> {
  const PAGES_TOGETHER = 400; // about five minutes of reading, and 20,000 events
  const LISTINGS = 16; // side by side: a page may take seconds to come, and two a second are granted
  const PAGES_A_LISTING = 40; // fewer are not worth a listing of their own: where two meet, a page is read twice
  const { region, names, fromMs, toMs } = span;
  const kinds = new Set<string>();

  /** Pages of one name from one instant to another, both within. */
  function pages(name: EventName, from: number, to: number) {
    const keptAs = `events ${region} ${name} ${from} ${to}`;
    kinds.add(keptAs);
    return pagesOf(call, client, {
      command: (NextToken) => lookUp(name, from, to, NextToken),
      list: "Events",
      itemOf: (event) => keptEvent(event, name, instanceArn),
      idOf: String,
      keptAs,
      figureOf: () => call.awsNowMs(),
    });
  }

  const opened = await Promise.all(
    names.map(async (name) => {
      const listing = pages(name, fromMs, toMs);
      const first = (await listing.next()).value;
      if (!first) throw new Error(`LookupEvents of ${name} gave no page.`); // a listing has one at least
      const times = first.items.flatMap(([atMs]) => (atMs === null ? [] : [atMs]));
      const oldestMs = Math.max(fromMs, Math.min(toMs, ...times));
      // As many events as in this page are expected in every stretch of time as long as it.
      const pageMs = first.next === null ? Number.POSITIVE_INFINITY : Math.max(1000, toMs - oldestMs);
      return { name, listing, first, oldestMs, pageMs };
    }),
  );

  function pagesFrom(from: number): number {
    return opened.reduce((sum, { pageMs }) => sum + Math.max(1, (toMs - from) / pageMs), 0);
  }

  function batchFrom(): number {
    let from = quarterOf(toMs);
    const QUARTER = 21_600_000;
    while (from - QUARTER >= fromMs && pagesFrom(from - QUARTER) <= PAGES_TOGETHER) from -= QUARTER;
    return Math.max(from, fromMs);
  }

  return {
    pagesFrom,

    async readBatch(onEvents) {
      const from = batchFrom();
      const sums = createQuarterSums(names);
      let firstReadMs: number | null = Number.POSITIVE_INFINITY;
      let lastReadMs: number | null = Number.NEGATIVE_INFINITY;

      function take(name: EventName, items: readonly KeptEvent[], readMs: number | null, downMs: number, upMs: number) {
        firstReadMs = readMs === null || firstReadMs === null ? null : Math.min(firstReadMs, readMs);
        lastReadMs = readMs === null || lastReadMs === null ? null : Math.max(lastReadMs, readMs);
        const own = items.filter(([atMs]) => atMs === null || atMs >= from);
        sums.add(name, own, Math.max(downMs, from), upMs);
        onEvents(own.length);
      }

      async function readAll(name: EventName, downMs: number, upMs: number): Promise<void> {
        for await (const { items, figure } of pages(name, downMs, upMs)) take(name, items, figure, downMs, upMs);
      }

      async function readName({ name, listing, first, oldestMs, pageMs }: (typeof opened)[number]): Promise<void> {
        take(name, first.items, first.figure, fromMs, toMs);
        if (first.next === null || oldestMs < from) return;
        // The listing that has begun goes on down to where the others, which begin side by side, have begun.
        const listings = Math.min(LISTINGS, 1 + Math.floor((oldestMs - from) / pageMs / PAGES_A_LISTING));
        const boundAt = (index: number) => from + 1000 * Math.round((index * (oldestMs - from)) / listings / 1000);
        const downToMs = boundAt(listings - 1);
        const others = Promise.all(
          Array.from({ length: listings - 1 }, (_, index) => readAll(name, boundAt(index), boundAt(index + 1) - 1000)),
        );
        others.catch(() => {}); // waited for below
        for await (const { items, figure } of listing) {
          take(name, items, figure, fromMs, toMs);
          if (items.some(([atMs]) => atMs !== null && atMs < downToMs)) break;
        }
        await others;
      }

      await Promise.all(opened.map(readName));
      return { fromMs: from, sums, firstReadMs, lastReadMs, kinds: [...kinds] };
    },
  };
}

function lookUp(name: string, fromMs: number, toMs: number, NextToken: string | undefined): LookupEventsCommand {
  const LookupAttributes = [{ AttributeKey: "EventName" as const, AttributeValue: name }];
  const window = { StartTime: new Date(fromMs), EndTime: new Date(toMs) };
  return new LookupEventsCommand({ ...window, LookupAttributes, MaxResults: PAGE_EVENTS, NextToken });
}

/** What the journal keeps of an event. */
function keptEvent(event: LookedUpEvent, name: EventName, instanceArn: string): KeptEvent {
  const atMs = timeOf(event);
  const id = idOf(event);
  if (name === "CreateAccountAssignment" || name === "DeleteAccountAssignment") {
    const found = assignmentOf(event, instanceArn);
    if (found === null) return [atMs, id];
    return [atMs, id, found.accountId, found.permissionSetArn, found.principalType, found.principalId, found.by];
  }
  if (name === REGION_REMOVED) {
    const removed = removedRegionOf(event);
    return removed === null ? [atMs, id] : [atMs, id, removed];
  }
  const found = loginOf(event, name, 0);
  if (found === null) return [atMs, id];
  const { userId, principalId, userName, accountId, roleName } = found.login;
  const login = { ...found.login, firstMs: 0, lastConsoleMs: 0, lastProgrammaticMs: null, count: 1 };
  const isClear = partOf([login]).lastLogins.length > 0;
  const LONGEST_RECORD = 10_000;
  const record = isClear ? [] : [(event.CloudTrailEvent ?? "").slice(0, LONGEST_RECORD)];
  return [atMs, id, userId, principalId, userName, accountId, roleName, ...record];
}
