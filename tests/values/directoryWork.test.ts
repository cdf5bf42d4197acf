import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createDirectorySink } from "../../cli/directory";
import { LOCK_FILE } from "../../cli/directoryLock";
import { createDirectoryWork } from "../../cli/directoryWork";
import { workStoreSuite } from "../suites/workStore";

let directory: string;
let folder: string;
const mine = () => {};
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "work-"));
  folder = join(directory, ".unfinished");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

workStoreSuite("in a directory", () => ({
  store: createDirectoryWork(folder, mine),
  other: createDirectoryWork(folder, mine),
  names: () => readdirSync(directory).flatMap((name) => readdirSync(join(directory, name))),
}));

test("nobody else may look into it, whatever the umask, and whoever made the folder", async () => {
  const before = process.umask(0o000);
  try {
    await createDirectoryWork(folder, mine).write("a", Buffer.from("secret"));
    expect([modeOf(folder), modeOf(join(folder, "a"))]).toEqual(["700", "600"]);
    rmSync(folder, { recursive: true });
    mkdirSync(folder, { mode: 0o777 });
    await createDirectoryWork(folder, mine).write("a", Buffer.from("secret"));
    expect(modeOf(folder)).toBe("700");
  } finally {
    process.umask(before);
  }
});

test("nothing is written or removed in a directory that another process has taken over", async () => {
  const store = createDirectoryWork(folder, mine);
  await store.write("a", Buffer.from("first"));
  const lost = createDirectoryWork(folder, () => {
    throw new Error("taken");
  });
  await expect(lost.write("a", Buffer.from("second"))).rejects.toThrow("taken");
  await expect(lost.remove(["a"])).rejects.toThrow("taken");
  expect(readdirSync(folder)).toEqual(["a"]);
  expect((await store.read("a"))!.bytes.toString()).toBe("first");
});

test("where it cannot be written, the folder and the reason are named", async () => {
  writeFileSync(folder, "");
  await expect(createDirectoryWork(folder, mine).write("a", Buffer.alloc(1))).rejects.toMatchObject({
    name: "NotKept",
    message: expect.stringMatching(/^What was read cannot be kept in .*\.unfinished \((Error: )?(EEXIST|ENOTDIR)/),
  });
});

describe("what an unfinished run has read", () => {
  const CSV = "credential_report.csv";
  const openSink = () => createDirectorySink(directory, new AbortController().signal);
  const cursor = (runId: string) =>
    Buffer.from(JSON.stringify({ format: 1, runId, program: "", head: {}, parts: [], attempts: [] }));

  test("stays when the process ends, and goes when it is forgotten", async () => {
    const sink = await openSink();
    await sink.work.write("cursor.json", cursor("run-1"));
    sink.end();
    const next = await openSink();
    expect(await next.work.read("cursor.json")).not.toBeNull();
    next.forget();
    next.end();
    expect(readdirSync(directory)).toEqual([]);
  });

  test("goes with the publishing, what is kept in that moment too", async () => {
    const sink = await openSink();
    await sink.work.write("cursor.json", cursor("run-1"));
    for (const name of [CSV, "manifest.json"]) {
      const file = sink.create(name, "text/plain");
      await file.write(Buffer.from("{}"));
      await file.close("");
    }
    expect(readdirSync(folder)).not.toContain("cursor.json");
    await sink.work.write("late-0.jsonl.gz", Buffer.from("late"));
    sink.end();
    expect(readdirSync(directory).sort()).toEqual([CSV, "manifest.json"]);
  });

  test("of a run that has published is forgotten, where its report stands in its place or beside a whole one", async () => {
    for (const place of ["", "degraded"]) {
      mkdirSync(join(directory, place), { recursive: true });
      writeFileSync(join(directory, place, "manifest.json"), JSON.stringify({ runId: `run-${place}` }));
      const sink = await openSink();
      await sink.work.write("cursor.json", cursor(`run-${place}`));
      sink.end();
      const next = await openSink();
      expect(await next.work.read("cursor.json")).toBeNull();
      next.end();
    }
  });

  test("stays another run's, where that has taken a dead one's directory over", async () => {
    const sink = await openSink();
    await sink.work.write("cursor.json", cursor("run-1"));
    writeFileSync(join(directory, LOCK_FILE), JSON.stringify({ pid: process.ppid, host: hostname(), startedMs: 1 }));
    await expect(sink.work.write("cursor.json", cursor("run-2"))).rejects.toMatchObject({ name: "DirectoryInUse" });
    sink.forget();
    sink.end();
    expect(readdirSync(folder)).toEqual(["cursor.json"]);
  });
});
