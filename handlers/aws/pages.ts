import type { AnswerTo, AwsClient, Caller } from "./caller";

/** How a paged operation is read. */
export interface Listing<Command, Item> {
  /** The command for one page. */
  readonly command: (NextToken: string | undefined) => Command;
  /** The items of a page. */
  readonly items: (answer: AnswerTo<Command>) => readonly Item[] | undefined;
  /** What two items do not share. */
  readonly idOf: (item: Item) => string;
  /** Told after each page how many items there are so far. */
  readonly onPage?: (count: number) => void;
}

/**
 * Every item of a paged operation, once: a listing that changes while it is read may show one again on a later page. A page may be
 * empty and still carry a token: only a missing token ends the list.
 */
export async function allPages<Command, Item>(
  call: Caller,
  client: AwsClient<NoInfer<Command>>,
  { command, items, idOf, onPage }: Listing<Command, Item>,
): Promise<Item[]> {
  const all = new Map<string, Item>();
  let token: string | undefined;
  do {
    const answer = await call(client, command(token));
    for (const item of items(answer) ?? []) all.set(idOf(item), item);
    onPage?.(all.size);
    token = (answer as { readonly NextToken?: string }).NextToken;
  } while (token);
  return [...all.values()];
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
