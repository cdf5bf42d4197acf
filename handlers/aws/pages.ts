import { reportError } from "../errors";
import type { AnswerTo, AwsClient, Caller } from "./caller";

/** What stands in a list of an answer. */
type Listed<List> = NonNullable<List> extends readonly (infer One)[] ? One : never;

/** How a paged operation is read. */
export interface Listing<Command, List extends keyof AnswerTo<Command> & string, Item> {
  /** The command for one page. */
  readonly command: (NextToken: string | undefined) => Command;
  /** The member of the answer that holds the page's items. */
  readonly list: List;
  /** What is needed of one of them; throws where it is not understood. */
  readonly itemOf: (listed: Listed<AnswerTo<Command>[List]>) => Item;
  /** What two items do not share. */
  readonly idOf: (item: Item) => string;
  /** The name under which the run's journal keeps each page, so that a later slice goes on behind it. By default, none is kept. */
  readonly keptAs?: string;
  /** What is kept with a page beside its items: how many there are in all, for instance. Throws where the page is not to be used, though it is whole. */
  readonly figureOf?: (page: AnswerTo<Command>) => number | null;
  /** Told after each page how many items there are so far, and the page's figure. */
  readonly onPage?: (count: number, figure: number | null) => void;
}

/** A page as the journal keeps it: plain JSON. */
export interface KeptPage<Item> {
  /** The token that it was asked for with. */
  readonly asked: string | null;
  readonly items: readonly Item[];
  readonly next: string | null;
  /** See `Listing.figureOf`. */
  readonly figure: number | null;
  /** Why there is no list at all. */
  readonly none?: string;
}

/** What every page has, whatever it lists. */
interface Page {
  readonly $metadata?: { readonly requestId?: string };
  readonly NextToken?: unknown;
}

/**
 * Every item of a paged operation, once: a listing that changes while it is read may show one again on a later page. A page may be
 * empty and still carry a token: only a missing token ends the list. A page that is not understood is asked for again. Where an earlier slice
 * has read the first pages, and AWS takes the token of the last one no more, the listing begins anew.
 */
export async function allPages<Command, List extends keyof AnswerTo<Command> & string, Item>(
  call: Caller,
  client: AwsClient<NoInfer<Command>>,
  listing: Listing<Command, List, Item>,
): Promise<Item[]> {
  return (await allPagesUnless(call, client, listing, () => null)).items!;
}

/**
 * As `allPages`, where AWS may say that there is no such list.
 *
 * @param noneBecause what an error says of that, in words; `null` where it says something else
 */
export async function allPagesUnless<Command, List extends keyof AnswerTo<Command> & string, Item>(
  call: Caller,
  client: AwsClient<NoInfer<Command>>,
  listing: Listing<Command, List, Item>,
  noneBecause: (error: unknown) => string | null,
): Promise<{ items: Item[]; none: null } | { items: null; none: string }> {
  const all = new Map<string, Item>();
  for await (const page of pagesOf(call, client, listing, noneBecause)) {
    if (page.none !== undefined) return { items: null, none: page.none };
    if (page.asked === null) all.clear();
    for (const item of page.items) all.set(listing.idOf(item), item);
    listing.onPage?.(all.size, page.figure);
  }
  return { items: [...all.values()], none: null };
}

/** The pages of a listing one by one, for a reader that may not need all of them. The first page comes again where the listing begins anew. */
export async function* pagesOf<Command, List extends keyof AnswerTo<Command> & string, Item>(
  call: Caller,
  client: AwsClient<NoInfer<Command>>,
  { command, list, itemOf, keptAs, figureOf }: Listing<Command, List, Item>,
  noneBecause: (error: unknown) => string | null = () => null,
): AsyncGenerator<KeptPage<Item>, void, undefined> {
  const TOKEN_REFUSED = /^(ValidationException|InvalidInputException|(Invalid|Expired)NextToken(Exception)?)$/;
  const tokens = new Set<string>();
  let token: string | null = null;
  let number = 0;
  let read = 0; // pages, by this slice

  async function readPage(): Promise<KeptPage<Item>> {
    read++;
    return pageAt(token).catch((error) => {
      const none = number === 0 ? noneBecause(error) : null;
      if (none === null) throw error;
      return { asked: null, items: [], next: null, figure: null, none };
    });
  }

  async function pageAt(asked: string | null): Promise<KeptPage<Item>> {
    const page = await call(client, command(asked ?? undefined), (answer) => {
      const listed = listIn(answer as Page, list, tokens) as Listed<AnswerTo<Command>[List]>[];
      return { items: listed.map(itemOf), NextToken: (answer as Page).NextToken as string | undefined, answer };
    });
    return { asked, items: page.items, next: page.NextToken || null, figure: figureOf?.(page.answer) ?? null };
  }

  for (;;) {
    let page: KeptPage<Item>;
    try {
      page = await (keptAs === undefined
        ? readPage()
        : call.once(keptAs, `${number}`, readPage, (kept) => kept.asked === token));
    } catch (error) {
      if (number === 0 || read !== 1 || !TOKEN_REFUSED.test((error as Error).name)) throw error;
      tokens.clear();
      token = null;
      number = 0;
      continue;
    }
    yield page;
    token = page.next;
    if (token === null) return;
    tokens.add(token);
    number++;
  }
}

/**
 * The list that a page must have. An empty one counts only where the answer is AWS's: nothing else tells it from what a proxy or a
 * cache says in place of AWS, while items have ids to be known by.
 *
 * @param tokens those of the pages before: a listing that leads back to one of them never ends
 */
function listIn(answer: Page, list: string, tokens: ReadonlySet<string>): unknown[] {
  const unexpected = (expected: string, got: string) =>
    reportError("UnexpectedAnswer", `${list}: expected ${expected}, got ${got}`);
  const listed = (answer as Readonly<Record<string, unknown>>)[list];
  if (!Array.isArray(listed)) {
    throw unexpected("a list", listed === undefined ? "nothing" : JSON.stringify(listed).slice(0, 80));
  }
  if (listed.some((one) => one === null || one === undefined)) throw unexpected("a list without gaps", "null in it");
  if (listed.length === 0 && !answer.$metadata?.requestId) {
    throw unexpected("AWS's request id with an empty list", "none");
  }
  const { NextToken } = answer;
  if (NextToken && typeof NextToken !== "string") throw unexpected("a text for NextToken", JSON.stringify(NextToken));
  if (typeof NextToken === "string" && tokens.has(NextToken)) {
    throw unexpected("a NextToken that leads on", "one that came before in this listing");
  }
  return listed;
}

/** Runs `work` on every item, `width` at a time, and gives the results in the items' order. The first failure ends it. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  let failed = false;
  async function worker(): Promise<void> {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        results[index] = await work(items[index]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
