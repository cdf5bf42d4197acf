import { createJournal, SLICE_OVER } from "../../handlers/aws/journal";

/** As the next slice gets it. */
function nextSlice(...lines: string[]) {
  const journal = createJournal();
  journal.remember(lines);
  return journal;
}

const never = async (): Promise<never> => {
  throw new Error("AWS was asked");
};

test("what was read in an earlier slice is given without being read again, and only once", async () => {
  const first = createJournal();
  const value = { items: ["ä", null, 3], next: null };
  expect(await first.once("users", "0", async () => value)).toBe(value);

  const second = nextSlice(...first.take());

  expect(await second.once("users", "0", never)).toEqual(value);
  expect(second.hasRead()).toBe(false);
  expect(second.take()).toEqual([]); // it is kept already
  await expect(second.once("users", "0", never)).rejects.toThrow("AWS was asked");
});

test("kinds and keys do not mix", async () => {
  const journal = nextSlice(JSON.stringify(["users", "0", 1]), JSON.stringify(["groups", "0", 2]));
  expect(await journal.once("groups", "0", never)).toBe(2);
  expect(await journal.once("users", "0", never)).toBe(1);
});

test("of two lines of one name, the later counts", async () => {
  const journal = nextSlice(JSON.stringify(["users", "0", 1]), JSON.stringify(["users", "0", 2]));
  expect(await journal.once("users", "0", never)).toBe(2);
});

test("what does not hold any more is read anew", async () => {
  const journal = nextSlice(JSON.stringify(["users", "1", { asked: "a" }]));
  const read = await journal.once<{ asked: string }>(
    "users",
    "1",
    async () => ({ asked: "b" }),
    (kept) => kept.asked === "b",
  );
  expect(read).toEqual({ asked: "b" });
});

test("a failure is not kept", async () => {
  const journal = createJournal();
  await expect(journal.once("users", "0", never)).rejects.toThrow("AWS was asked");
  expect(journal.take()).toEqual([]);
  expect(await journal.once("users", "0", async () => 1)).toBe(1);
});

test("nothing is begun once the slice is over; what is under way is waited for, and kept; what is known is given", async () => {
  const journal = nextSlice(JSON.stringify(["users", "0", 1]));
  let answer: (value: number) => void = () => {};
  const underWay = journal.once("users", "1", () => new Promise<number>((resolve) => (answer = resolve)));
  journal.end();
  let settled = false;
  const settling = journal.settled().then(() => (settled = true));

  await expect(journal.once("users", "2", never)).rejects.toMatchObject({ name: SLICE_OVER });
  expect(await journal.once("users", "0", never)).toBe(1);
  expect(settled).toBe(false);
  answer(7);
  expect(await underWay).toBe(7);
  await settling;
  expect(journal.take().map((line) => JSON.parse(line))).toEqual([["users", "1", 7]]);
});

test("notes of all slices are there, in their order, beside what is read", async () => {
  const first = createJournal();
  first.note("doubts", ["about", "one"]);
  await first.once("doubts", "0", async () => "no note");
  first.note("doubts", ["about", "another"]);

  const second = nextSlice(...first.take());

  expect(second.notes("doubts")).toEqual([
    ["about", "one"],
    ["about", "another"],
  ]);
  expect(second.notes("others")).toEqual([]);
  expect(await second.once("doubts", "0", never)).toBe("no note");
});

test("what is dropped is forgotten in this slice and in the next, and nothing else is", async () => {
  const first = createJournal();
  await first.once("pages", "0", async () => 1);
  await first.once("pages and more", "0", async () => 2);
  const kept = first.take();
  await first.once("pages", "1", async () => 3);
  first.drop("pages");
  const later = first.take();
  expect(later.join("\n")).not.toContain("3"); // what was not written yet need not be

  const second = nextSlice(...kept, ...later);
  expect(await second.once("pages and more", "0", never)).toBe(2);
  await expect(second.once("pages", "0", never)).rejects.toThrow("AWS was asked");
  await expect(second.once("pages", "1", never)).rejects.toThrow("AWS was asked");
});
