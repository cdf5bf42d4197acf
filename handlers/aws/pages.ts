/**
 * Every item of a paged operation, once: a listing that changes while it is read may show one again on a later page. A page may be
 * empty and still carry a token: only a missing token ends the list.
 *
 * @param fetchPage calls the operation once with the given token and gives the page's items and the next token.
 * @param idOf what two items do not share
 */
export async function allPages<T>(
  fetchPage: (token: string | undefined) => Promise<{ items: readonly T[] | undefined; token: string | undefined }>,
  idOf: (item: T) => string,
): Promise<T[]> {
  const all = new Map<string, T>();
  let token: string | undefined;
  do {
    const page = await fetchPage(token);
    for (const item of page.items ?? []) all.set(idOf(item), item);
    token = page.token;
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
