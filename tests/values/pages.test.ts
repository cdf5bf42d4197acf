import { createCaller } from "../../handlers/aws/caller";
import { createJournal } from "../../handlers/aws/journal";
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

describe("a listing of which an earlier slice has read the first page", () => {
  type Output = { Items?: string[] };
  type Command = { schema: unknown[]; token?: string; resolveMiddleware(): () => Promise<{ output: Output }> };

  /** What comes, and the tokens with which AWS was asked, where it answers the token "t1" with this. */
  async function goOn(behindFirst: () => Answer, kept = { asked: null, items: ["a"], next: "t1", figure: null }) {
    const journal = createJournal();
    journal.remember([JSON.stringify(["letters", "0", kept])]);
    const call = createCaller({ requestsPerSecond: 1_000_000, signal: new AbortController().signal, journal });
    const tokens: (string | undefined)[] = [];
    const client = {
      config: { serviceId: "Some Service" },
      send: async ({ token }: Command) => {
        tokens.push(token);
        const $metadata = { requestId: "1-2-3", httpStatusCode: 200 };
        if (token === "t1") return { $metadata, ...behindFirst() };
        return token === undefined ? { $metadata, Items: ["new"], NextToken: "t2" } : { $metadata, Items: ["z"] };
      },
    };
    const all = await allPages(call, client, {
      command: (token): Command => ({ schema: [9, "com.amazonaws.some", "ListItems"], token }) as Command,
      list: "Items",
      itemOf: String,
      idOf: String,
      keptAs: "letters",
    });
    const again = createJournal();
    again.remember([JSON.stringify(["letters", "0", kept]), ...journal.take()]);
    return { all, tokens, again };
  }

  const refused = () => {
    const error = Object.assign(new Error("The token is not valid."), { name: "ValidationException" });
    throw Object.assign(error, { $metadata: { httpStatusCode: 400 } });
  };

  test("goes on behind it", async () => {
    const { all, tokens } = await goOn(() => ({ Items: ["b"] }));
    expect(all).toEqual(["a", "b"]);
    expect(tokens).toEqual(["t1"]);
  });

  test("begins anew where AWS takes its token no more, and is kept so", async () => {
    const { all, tokens, again } = await goOn(refused);
    expect(all).toEqual(["new", "z"]);
    expect(tokens).toEqual(["t1", undefined, "t2"]);
    const page = await again.once("letters", "0", async () => null);
    expect(page).toMatchObject({ items: ["new"], next: "t2" });
  });

  test("does not use a page that was asked for behind another one", async () => {
    const other = { asked: "gone", items: ["x"], next: "t1", figure: null };
    // What is kept was asked for with a token: it is no first page, and is not used.
    await expect(goOn(() => ({ Items: ["b"] }), other as never)).resolves.toMatchObject({ all: ["new", "z"] });
  });
});
