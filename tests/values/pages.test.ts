import { allPages } from "../../handlers/aws/pages";

const pagesOf = (pages: { items?: string[]; token?: string }[]) => {
  const tokens: (string | undefined)[] = [];
  const all = allPages(async (token) => {
    tokens.push(token);
    const { items, token: next } = pages[tokens.length - 1]!;
    return { items, token: next };
  }, String);
  return { all, tokens };
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
  const { all } = pagesOf([{ items: ["a", "b"], token: "1" }, { items: ["b", "c"] }]);
  expect(await all).toEqual(["a", "b", "c"]);
});
