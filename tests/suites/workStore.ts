import { randomBytes } from "node:crypto";
import { createJournal } from "../../handlers/aws/aws";
import { openUnfinished, removeUnfinished, unfinishedHead, type WorkStore } from "../../handlers/bucket/bucket";

/** A store, and what can be seen of it from outside. */
export interface WorkStoreUnderTest {
  readonly store: WorkStore;
  /** The same place, as another attempt at the run has it. */
  readonly other: WorkStore;
  /** The files that are there, in no order. */
  names(): readonly string[];
  /** Carries the next writing out and loses the answer to it, where answers can be lost. */
  loseAnswer?(): void;
}

const bytesOf = (text: string) => Buffer.from(text, "utf8");

/** What every `WorkStore` must do, wherever it lies. `make` is called before each test, for a place where nothing is. */
export function workStoreSuite(name: string, make: () => WorkStoreUnderTest | Promise<WorkStoreUnderTest>): void {
  describe(`the parts of an unfinished run ${name}`, () => {
    let subject: WorkStoreUnderTest;
    let store: WorkStore;
    beforeEach(async () => {
      subject = await make();
      store = subject.store;
    });

    const textOf = async (file: string) => (await store.read(file))?.bytes.toString("utf8");

    async function written(file: string, text: string, expected?: string | null): Promise<string> {
      const tag = await store.write(file, bytesOf(text), expected);
      expect(tag).toEqual(expect.any(String));
      return tag!;
    }

    test("what is not there is null, and nothing is there at first", async () => {
      expect(await store.read("cursor.json")).toBeNull();
      expect(subject.names()).toEqual([]);
      await store.remove(["cursor.json"]);
    });

    test.each([
      ["no bytes", Buffer.alloc(0)],
      ["every byte", Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
      ["twenty megabytes", randomBytes(20_000_003)],
    ])("%s come back as they were written, with their tag, to others too", async (_, bytes) => {
      const tag = await store.write("a-0.jsonl.gz", bytes);
      for (const each of [store, subject.other]) {
        const found = await each.read("a-0.jsonl.gz");
        expect(found!.bytes.equals(bytes)).toBe(true);
        expect(found!.tag).toBe(tag);
      }
      expect(subject.names()).toEqual(["a-0.jsonl.gz"]);
    });

    test("files do not touch each other", async () => {
      await written("a", "first");
      await written("b", "second");
      await written("a", "third");
      expect([await textOf("a"), await textOf("b")]).toEqual(["third", "second"]);
      await store.remove(["a", "c"]);
      expect(subject.names()).toEqual(["b"]);
      await store.remove(["b"]);
      expect(subject.names()).toEqual([]);
    });

    test("every writing of other bytes changes the tag", async () => {
      const tags = [];
      for (const text of ["one", "two", "three"]) tags.push(await written("a", text));
      expect(new Set(tags).size).toBe(3);
    });

    describe("a condition", () => {
      test("that nothing is there: the first writes, the next does not", async () => {
        await written("a", "first", null);
        expect(await subject.other.write("a", bytesOf("second"), null)).toBeNull();
        expect(await textOf("a")).toBe("first");
      });

      test("that it still is as it was: whoever was overtaken does not write", async () => {
        const first = await written("a", "first", null);
        const second = await subject.other.write("a", bytesOf("second"), first);
        expect(await store.write("a", bytesOf("overtaken"), first)).toBeNull();
        expect(await textOf("a")).toBe("second");
        await written("a", "third", second);
        expect(await textOf("a")).toBe("third");
      });

      test("that it still is as it was, where it is gone: it is not written", async () => {
        const tag = await written("a", "first");
        await store.remove(["a"]);
        expect(await store.write("a", bytesOf("second"), tag)).toBeNull();
        expect(subject.names()).toEqual([]);
      });

      test("that nothing is there, after it was removed: it is written", async () => {
        await written("a", "first");
        await store.remove(["a"]);
        await written("a", "second", null);
        expect(await textOf("a")).toBe("second");
      });

      test("that is not given: whatever is there is replaced", async () => {
        await written("a", "first", null);
        expect(await subject.other.write("a", bytesOf("second"))).toEqual(expect.any(String));
        expect(await textOf("a")).toBe("second");
      });
    });

    test.each(["nothing", "something"])("of eight who write at once over %s, one does", async (there) => {
      const WRITERS = 8;
      const expected = there === "nothing" ? null : await written("a", "before");
      const texts = Array.from({ length: WRITERS }, (_, writer) => `writer ${writer}`);
      const tags = await Promise.all(
        texts.map((text, writer) => (writer % 2 === 0 ? store : subject.other).write("a", bytesOf(text), expected)),
      );
      const winners = texts.filter((_, writer) => tags[writer] !== null);
      expect(winners).toEqual([await textOf("a")]);
      expect((await store.read("a"))!.tag).toBe(tags.find((tag) => tag !== null));
    });

    test("bytes that are there already are taken as written, whatever the condition: the answer to an earlier attempt was lost", async () => {
      const first = await written("a", "first", null);
      expect(await written("a", "first", null)).toBe(first);
      const second = await written("a", "second", first);
      expect(await written("a", "second", first)).toBe(second);
    });

    test.each([undefined, null, "tag"])("a lost answer loses nothing (condition: %s)", async (condition) => {
      const expected = condition === "tag" ? await written("a", "before") : condition;
      subject.loseAnswer?.();
      const tag = await written("a", "after", expected);
      expect(await store.read("a")).toEqual({ bytes: bytesOf("after"), tag });
    });

    describe("as the slices of a run use it", () => {
      const PROGRAM = "1.0";
      /** One attempt at a slice, which has read this. */
      async function slice(reads: readonly string[], at = store) {
        const journal = createJournal();
        const unfinished = await openUnfinished(at, journal, "run-1", PROGRAM, () => ({ of: "run-1" }));
        const asked: string[] = [];
        const values = [];
        for (const key of reads) {
          const read = async () => {
            asked.push(key);
            return `value of ${key}`;
          };
          values.push(await journal.once("test", key, read));
        }
        return { ...unfinished, asked, values };
      }

      test("the next slice has what the one before kept, and asks for the rest", async () => {
        const first = await slice(["a", "b"]);
        await first.keep();
        const second = await slice(["a", "b", "c"], subject.other);
        expect(second).toMatchObject({ slice: 2, head: { of: "run-1" }, asked: ["c"] });
        expect(second.values).toEqual(["value of a", "value of b", "value of c"]);
        await second.keep();
        expect((await slice(["a", "b", "c"])).asked).toEqual([]);
        expect(await unfinishedHead(store)).toMatchObject({ runId: "run-1", program: PROGRAM, head: { of: "run-1" } });
      });

      test("of two attempts at one slice, the one that was overtaken keeps nothing", async () => {
        const overtaken = await slice(["a"]);
        const next = await slice(["b"], subject.other);
        await expect(overtaken.keep()).rejects.toMatchObject({ name: "TakenOver" });
        await next.keep();
        expect((await slice(["a", "b"])).asked).toEqual(["a"]);
      });

      test("one whose run was removed meanwhile keeps nothing", async () => {
        const overtaken = await slice(["a"]);
        await removeUnfinished(subject.other);
        await expect(overtaken.keep()).rejects.toMatchObject({ name: "TakenOver" });
        expect(await unfinishedHead(store)).toBeNull();
      });

      test("a part that was changed is not used", async () => {
        await (await slice(["a"])).keep();
        const part = subject.names().find((file) => file.endsWith(".jsonl.gz"))!;
        await store.write(part, bytesOf("changed"));
        await expect(slice(["a"])).rejects.toMatchObject({ name: "DamagedWork" });
      });

      test("nothing is left of a run that was removed", async () => {
        for (const key of ["a", "b"]) await (await slice([key])).keep();
        await removeUnfinished(store);
        expect(subject.names()).toEqual([]);
      });
    });
  });
}
