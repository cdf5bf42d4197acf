import type { Caller } from "../../handlers/aws/caller";
import { allPages } from "../../handlers/aws/pages";

/** A listing whose pages these are, and the tokens with which they were asked for. */
const pagesOf = (pages: { items?: string[]; token?: string }[]) => {
  const tokens: (string | undefined)[] = [];
  const counts: number[] = [];
  const call = (async () => {
    const { items, token: NextToken } = pages[tokens.length - 1]!;
    return { Items: items, NextToken };
  }) as unknown as Caller;
  type Command = { resolveMiddleware(): () => Promise<{ output: { Items?: string[] } }> };
  const client = { config: { serviceId: "Some Service" }, send: async () => ({}) };
  const all = allPages<Command, string>(call, client, {
    command: (token) => {
      tokens.push(token);
      return {} as Command;
    },
    items: ({ Items }) => Items,
    idOf: String,
    onPage: (count) => counts.push(count),
  });
  return { all, tokens, counts };
};

test("goes on until no token comes, whatever a page holds", async () => {
  const { all, tokens } = pagesOf([
    { token: "1" },
    { items: ["a"], token: "2" },
    { items: [], token: "3" },
    { items: ["b"] },
  ]);
  expect(await all).toEqual(["a", "b"]);
  expect(tokens).toEqual([undefined, "1", "2", "3"]);
});

test("an item that a later page shows again counts once", async () => {
  const { all, counts } = pagesOf([{ items: ["a", "b"], token: "1" }, { items: ["b", "c"] }]);
  expect(await all).toEqual(["a", "b", "c"]);
  expect(counts).toEqual([2, 3]);
});
