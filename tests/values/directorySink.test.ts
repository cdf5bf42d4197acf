import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDirectorySink } from "../../cli/directory";

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
  for (const file of files) await file.close();
  const manifest = sink.create("manifest.json", "application/json");
  await manifest.write(Buffer.from(JSON.stringify({ files: names.map((name) => ({ name })) })));
  return { sink, ending, close: () => manifest.close() };
}

test("a file is there when it is closed, and not before", async () => {
  const sink = await createDirectorySink(join(directory, "made"), new AbortController().signal);
  const file = sink.create("a.csv", "text/csv");
  await file.write(Buffer.alloc(100_000, "x")); // more than a stream takes at once
  expect(readdirSync(join(directory, "made"))).toEqual([expect.stringMatching(/^\.a\.csv\.\d+\.partial$/)]);
  await file.close();
  expect(readdirSync(join(directory, "made"))).toEqual(["a.csv"]);
});

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
