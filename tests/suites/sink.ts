import { createHash } from "node:crypto";
import type { Sink, SinkFile } from "../../handlers/files/files";

/** A sink, and what can be seen of it from outside. */
export interface SinkUnderTest {
  readonly sink: Sink;
  /** The files that stand there whole. */
  files(): Record<string, Buffer>;
  /** How many files are begun and neither whole nor given up, as far as others can see them. */
  unfinished(): number;
}

const MIB = 1024 * 1024;
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

const made = new Map<string, Buffer>();

/** Bytes that differ from one place to the next, so that none can be lost or moved unseen. */
function content(length: number, seed: number): Buffer {
  const known = made.get(`${length} ${seed}`);
  if (known) return known;
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE((at * seed) >>> 0, at);
  made.set(`${length} ${seed}`, bytes);
  return bytes;
}

/** Smaller than a piece of any sink, as large as one, and of several. */
const SIZES = [
  ["no bytes", 0],
  ["a few bytes", 100],
  ["one part", 8 * MIB],
  ["several parts", 17 * MIB + 7],
] as const;

/** What every `Sink` must do, whatever it writes to. `make` is called before each test, for a sink where nothing stands. */
export function sinkSuite(
  name: string,
  make: () => SinkUnderTest | Promise<SinkUnderTest>,
  others: "kept" | "replaced",
): void {
  describe(`the sink ${name}`, () => {
    let subject: SinkUnderTest;
    beforeEach(async () => {
      subject = await make();
    });

    const begin = (file = "a.csv") => subject.sink.create(file, "text/csv");

    async function write(file: SinkFile, bytes: Buffer): Promise<void> {
      const PIECE = 3 * MIB; // no divisor of a part
      for (let at = 0; at < bytes.length; at += PIECE) await file.write(bytes.subarray(at, at + PIECE));
    }

    async function publish(bytes: Buffer, file = begin()): Promise<void> {
      await write(file, bytes);
      await file.close(sha256(bytes));
    }

    function expectThere(files: Record<string, Buffer>): void {
      const there = subject.files();
      expect(Object.keys(there).sort()).toEqual(Object.keys(files).sort());
      for (const [file, bytes] of Object.entries(files)) {
        expect({ file, same: there[file]!.equals(bytes) }).toEqual({ file, same: true });
      }
    }

    describe.each(SIZES)("a file of %s", (_, size) => {
      const bytes = content(size, 3);

      test("is there, whole, once it is closed, and not before", async () => {
        const file = begin();
        await write(file, bytes);
        expectThere({});
        await file.close(sha256(bytes));
        expectThere({ "a.csv": bytes });
        expect(subject.unfinished()).toBe(0);
      });

      test("that is given up leaves nothing", async () => {
        const file = begin();
        await write(file, bytes);
        await file.abort();
        expectThere({});
        expect(subject.unfinished()).toBe(0);
      });

      test("that is given up when it is whole stays", async () => {
        const file = begin();
        await publish(bytes, file);
        await file.abort();
        expectThere({ "a.csv": bytes });
      });

      test("that is published a second time with the same bytes is accepted, and stays", async () => {
        await publish(bytes);
        await publish(bytes);
        expectThere({ "a.csv": bytes });
        expect(subject.unfinished()).toBe(0);
      });

      test(`that is published a second time with other bytes: the first one is ${others}`, async () => {
        const first = content(size + 4, 5);
        await publish(first);
        const file = begin();
        if (others === "replaced") {
          await publish(bytes, file);
          expectThere({ "a.csv": bytes });
        } else {
          await expect(publish(bytes, file)).rejects.toMatchObject({
            name: "ReportExists",
            message: expect.stringContaining("a.csv exists already, with other content"),
          });
          await file.abort();
          expectThere({ "a.csv": first });
        }
        expect(subject.unfinished()).toBe(0);
      });
    });

    test("files that are written side by side do not mix", async () => {
      const contents = { "a.csv": content(9 * MIB, 3), "b.csv": content(17 * MIB, 5), "c.txt": content(10, 7) };
      await Promise.all(Object.entries(contents).map(([file, bytes]) => publish(bytes, begin(file))));
      expectThere(contents);
    });

    test("a file whose first write is given up can be written anew", async () => {
      const file = begin();
      await write(file, content(9 * MIB, 5));
      await file.abort();
      const bytes = content(9 * MIB, 3);
      await publish(bytes);
      expectThere({ "a.csv": bytes });
    });
  });
}
