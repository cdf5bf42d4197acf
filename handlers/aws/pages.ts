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
  /** Told after each page how many items there are so far, and what else the page says. */
  readonly onPage?: (count: number, page: AnswerTo<Command>) => void;
}

/** What every page has, whatever it lists. */
interface Page {
  readonly $metadata?: { readonly requestId?: string };
  readonly NextToken?: unknown;
}

/**
 * Every item of a paged operation, once: a listing that changes while it is read may show one again on a later page. A page may be
 * empty and still carry a token: only a missing token ends the list. A page that is not understood is asked for again.
 */
export async function allPages<Command, List extends keyof AnswerTo<Command> & string, Item>(
  call: Caller,
  client: AwsClient<NoInfer<Command>>,
  { command, list, itemOf, idOf, onPage }: Listing<Command, List, Item>,
): Promise<Item[]> {
  const all = new Map<string, Item>();
  const tokens = new Set<string>();
  let token: string | undefined;
  do {
    const page = await call(client, command(token), (answer) => {
      const listed = listIn(answer as Page, list, tokens) as Listed<AnswerTo<Command>[List]>[];
      return { items: listed.map(itemOf), NextToken: (answer as Page).NextToken as string | undefined, answer };
    });
    for (const item of page.items) all.set(idOf(item), item);
    onPage?.(all.size, page.answer);
    token = page.NextToken;
    if (token) tokens.add(token);
  } while (token);
  return [...all.values()];
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
