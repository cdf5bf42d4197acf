import { createCaller } from "../../handlers/aws/caller";
import { allPages } from "../../handlers/aws/pages";

type Answer = { Items?: unknown; NextToken?: unknown; $metadata?: { requestId?: string } };

/** A listing whose answers these are, one after the other and the last one for ever, and the tokens with which they were asked for. */
const pagesOf = (answers: Answer[]) => {
  const tokens: (string | undefined)[] = [];
  const counts: number[] = [];
  type Output = { Items?: string[] };
  type Command = { schema: unknown[]; token?: string; resolveMiddleware(): () => Promise<{ output: Output }> };
  const client = {
    config: { serviceId: "Some Service" },
    send: async ({ token }: Command) => {
      tokens.push(token);
      return { $metadata: { requestId: "1-2-3" }, ...(answers[tokens.length - 1] ?? answers.at(-1)) };
    },
  };
  const call = createCaller({ requestsPerSecond: 1_000_000, signal: new AbortController().signal });
  const all = allPages(call, client, {
    command: (token): Command => ({ schema: [9, "com.amazonaws.some", "ListItems"], token }) as Command,
    list: "Items",
    itemOf: (item: unknown) => {
      if (item === "unknown kind") throw new Error("Items: expected a letter");
      return String(item);
    },
    idOf: String,
    onPage: (count) => counts.push(count),
  });
  return { all, tokens, counts };
};

test("goes on until no token comes, whatever a page holds", async () => {
  const { all, tokens } = pagesOf([
    { Items: [], NextToken: "1" },
    { Items: ["a"], NextToken: "2" },
    { Items: [], NextToken: "3" },
    { Items: ["b"] },
  ]);
  expect(await all).toEqual(["a", "b"]);
  expect(tokens).toEqual([undefined, "1", "2", "3"]);
});

test("an item that a later page shows again counts once", async () => {
  const { all, counts } = pagesOf([{ Items: ["a", "b"], NextToken: "1" }, { Items: ["b", "c"] }]);
  expect(await all).toEqual(["a", "b", "c"]);
  expect(counts).toEqual([2, 3]);
});

test.each<[string, Answer]>([
  ["nothing", {}],
  ["an error in place of the list", { ...({ __type: "ThrottlingException" } as object) }],
  ["null", { Items: null }],
  ["an object", { Items: {} }],
  ["a text", { Items: "a" }],
  ["null in it", { Items: [null] }],
  ["an empty list that is not AWS's", { Items: [], $metadata: {} }],
  ["an item that is not understood", { Items: ["a", "unknown kind"] }],
  ["a token that is no text", { Items: ["a"], NextToken: 5 }],
])("%s in place of a page: it is asked for again", async (_, answer) => {
  const { all, tokens } = pagesOf([{ Items: ["a"], NextToken: "1" }, answer, answer, { Items: ["b"] }]);
  expect(await all).toEqual(["a", "b"]);
  expect(tokens).toEqual([undefined, "1", "1", "1"]);
});

test("a page that stays without its list ends the listing with an error for people", async () => {
  const { all, tokens } = pagesOf([{}]);
  await expect(all).rejects.toMatchObject({
    name: "UnexpectedAnswer",
    message: expect.stringContaining(
      "some-service ListItems gave an answer that is not understood, 8 times in a row: Items: expected a list, got nothing",
    ),
  });
  expect(tokens).toHaveLength(8);
});

test("a token that came before ends the listing: it would go round for ever", async () => {
  const { all } = pagesOf([
    { Items: ["a"], NextToken: "1" },
    { Items: ["b"], NextToken: "2" },
    { Items: ["a"], NextToken: "1" },
  ]);
  await expect(all).rejects.toMatchObject({
    name: "UnexpectedAnswer",
    message: expect.stringContaining("expected a NextToken that leads on"),
  });
});
