import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDirectoryHistory, createDirectorySink } from "../../cli/directory";
import { createMemorySink } from "../../local/runReport";
import { historySuite } from "../suites/history";
import { sinkSuite } from "../suites/sink";
import { sha256Of } from "../support/reportDirectory";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sink-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const contents = () =>
  Object.fromEntries(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]));

/** Files as a report is written: all of them, closed together, the manifest after them. */
async function write(names: readonly string[], text: string, ending = new AbortController()) {
  const sink = await createDirectorySink(directory, ending.signal);
  const files = names.map((name) => sink.create(name, "text/plain"));
  for (const file of files) await file.write(Buffer.from(text));
  for (const file of files) await file.close(sha256Of(Buffer.from(text)));
  const manifest = sink.create("manifest.json", "application/json");
  const bytes = Buffer.from(JSON.stringify({ files: names.map((name) => ({ name })) }));
  await manifest.write(bytes);
  return { sink, ending, close: () => manifest.close(sha256Of(bytes)) };
}

sinkSuite(
  "in a directory",
  async () => ({
    sink: await createDirectorySink(join(directory, "made"), new AbortController().signal),
    files: () =>
      Object.fromEntries(whole().map((name) => [name, readFileSync(join(directory, "made", name))] as const)),
    unfinished: () => readdirSync(join(directory, "made")).length - whole().length,
  }),
  "replaced",
);
const whole = () => readdirSync(join(directory, "made")).filter((name) => !name.startsWith("."));

sinkSuite(
  "in memory",
  () => {
    const sink = createMemorySink();
    return { sink, files: () => sink.files, unfinished: () => 0 };
  },
  "kept",
);

historySuite("in a directory", () => ({
  history: createDirectoryHistory(directory),
  async publish(files) {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(directory, name), bytes);
    return join(directory, "manifest.json");
  },
  remove: async (name) => rmSync(join(directory, name)),
  async returnSheet(bytes) {
    mkdirSync(join(directory, "decisions"));
    writeFileSync(join(directory, "decisions/review.csv"), bytes);
  },
}));

test("an earlier report is replaced whole: its files that the new one lacks go too, what is not of it stays", async () => {
  await (await write(["a.csv", "b.csv"], "old")).close();
  mkdirSync(join(directory, "decisions"));
  writeFileSync(join(directory, "notes.txt"), "mine");

  await (await write(["a.csv", "c.csv"], "new")).close();

  rmSync(join(directory, "decisions"), { recursive: true });
  expect(contents()).toEqual({
    "a.csv": "new",
    "c.csv": "new",
    "notes.txt": "mine",
    "manifest.json": '{"files":[{"name":"a.csv"},{"name":"c.csv"}]}',
  });
});

test("an earlier report's manifest is gone as soon as one of its files is replaced", async () => {
  await (await write(["a.csv"], "old")).close();
  await write(["a.csv"], "new");
  expect(contents()["manifest.json"]).toBeUndefined();
});

test("a manifest that is no manifest, or names files elsewhere, does no harm", async () => {
  const outside = join(directory, "..", `outside-${process.pid}.txt`);
  writeFileSync(outside, "mine");
  for (const manifest of ["{", "{}", JSON.stringify({ files: [{ name: `../${outside.split("/").at(-1)}` }] })]) {
    writeFileSync(join(directory, "manifest.json"), manifest);
    await (await write(["a.csv"], "new")).close();
  }
  expect(readFileSync(outside, "utf8")).toBe("mine");
  rmSync(outside);
});

test("an interrupted report leaves nothing of its own, and the one before it whole", async () => {
  await (await write(["a.csv", "b.csv"], "old")).close();
  const before = contents();
  const ending = new AbortController();
  const sink = await createDirectorySink(directory, ending.signal);
  const file = sink.create("a.csv", "text/csv");
  await file.write(Buffer.from("new"));

  ending.abort(new Error("interrupted"));

  await expect(file.write(Buffer.from("more"))).rejects.toThrow("interrupted");
  await file.abort();
  sink.abandon();
  expect(contents()).toEqual(before);
});

test("what is unfinished is removed at once when the process is about to end", async () => {
  const sink = await createDirectorySink(directory, new AbortController().signal);
  await sink.create("a.csv", "text/csv").write(Buffer.alloc(100_000));
  sink.abandon();
  expect(readdirSync(directory)).toEqual([]);
});

test("a report whose first file is in its place is finished, whatever is asked for", async () => {
  const { close, ending } = await write(["a.csv"], "new");
  ending.abort(new Error("interrupted"));
  await close();
  expect(Object.keys(contents()).sort()).toEqual(["a.csv", "manifest.json"]);
});
