import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs, { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createDirectoryHistory, createDirectorySink, type DirectorySink } from "../../cli/directory";
import { LOCK_FILE } from "../../cli/directoryLock";
import { createMemorySink } from "../../local/runReport";
import { historySuite } from "../suites/history";
import { sinkSuite } from "../suites/sink";
import { sha256Of } from "../support/reportDirectory";

const realRename = fs.renameSync;
let directory: string;
const open: DirectorySink[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sink-"));
});
afterEach(() => {
  for (const sink of open.splice(0)) sink.end();
  rmSync(directory, { recursive: true, force: true });
});

async function openSink(path = directory, ending = new AbortController()): Promise<DirectorySink> {
  const sink = await createDirectorySink(path, ending.signal);
  open.push(sink);
  return sink;
}

/** Also of a folder that is not there. */
const filesIn = (path: string) => (existsSync(path) ? readdirSync(path) : []);

/** What people see there. */
const contents = (path = directory) =>
  Object.fromEntries(
    readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map(({ name }) => [name, readFileSync(join(path, name), "utf8")]),
  );

/** Files as a report is written: all of them, closed together, the manifest after them. */
async function write(
  names: readonly string[],
  text: string,
  { status = "succeeded", ending = new AbortController() } = {},
) {
  const sink = await openSink(directory, ending);
  const files = names.map((name) => sink.create(name, "text/plain"));
  for (const file of files) await file.write(Buffer.from(text));
  for (const file of files) await file.close(sha256Of(Buffer.from(text)));
  const manifest = sink.create("manifest.json", "application/json");
  const bytes = Buffer.from(JSON.stringify({ text, status }));
  await manifest.write(bytes);
  return { sink, ending, close: () => manifest.close(sha256Of(bytes)) };
}

/** A whole report in the directory, and what is then there. */
async function report(names: readonly string[], text: string, status = "succeeded") {
  const { sink, close } = await write(names, text, { status });
  await close().finally(() => sink.end());
  return contents();
}

const manifestOf = (text: string, status = "succeeded") => JSON.stringify({ text, status });
const [CSV, PAGE, CHANGES] = ["credential_report.csv", "report.html", "changes.csv"] as const;

/** Each file a report of its own: the files of one appear together, with its manifest. */
sinkSuite(
  "in a directory",
  async () => {
    const made = join(directory, "made");
    const sink = await openSink(made);
    // A directory holds one report at a time: one is put in its place after the other.
    let last = Promise.resolve();
    const whole = () => Object.keys(contents(made)).filter((name) => name !== "manifest.json");
    return {
      sink: {
        create(name, type) {
          const file = sink.create(name, type);
          return {
            ...file,
            close(sha256) {
              last = last.then(async () => {
                await file.close(sha256);
                await sink.create("manifest.json", "application/json").close("");
              });
              return last;
            },
          };
        },
      },
      files: () => Object.fromEntries(whole().map((name) => [name, readFileSync(join(made, name))] as const)),
      unfinished: () => filesIn(join(made, ".unfinished/files")).length,
    };
  },
  "replaced",
);

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
  async returnSheet(name, bytes) {
    mkdirSync(dirname(join(directory, "decisions", name)), { recursive: true });
    writeFileSync(join(directory, "decisions", name), bytes);
  },
}));

test("an earlier report is replaced whole: its files that the new one lacks go too, what is not of it stays", async () => {
  await report([CSV, PAGE], "old");
  writeFileSync(join(directory, "notes.txt"), "mine");

  expect(await report([CSV, CHANGES], "new")).toEqual({
    [CSV]: "new",
    [CHANGES]: "new",
    "notes.txt": "mine",
    "manifest.json": manifestOf("new"),
  });
  expect(readdirSync(directory).filter((name) => name.startsWith("."))).toEqual([]);
});

test("nothing is seen of a report before it is whole, nor anything changed of the one before", async () => {
  const before = await report([CSV, PAGE], "old");
  const { close } = await write([CSV, CHANGES], "new");
  expect(contents()).toEqual(before);
  await close();
  expect(contents()).not.toEqual(before);
});

test("the workbooks of the report before go with it, and nobody's own files beside them", async () => {
  await report([CSV, "review.xlsx", "review-2.xlsx", "review/payments.xlsx", "review/shop.xlsx"], "old");
  writeFileSync(join(directory, "review", "notes.txt"), "mine");

  await report([CSV, "review.xlsx", "review/shop.xlsx"], "new");

  const there = readdirSync(directory).filter((name) => name.endsWith(".xlsx"));
  expect([...there, ...readdirSync(join(directory, "review")).sort()]).toEqual([
    "review.xlsx",
    "notes.txt",
    "shop.xlsx",
  ]);
  expect(readFileSync(join(directory, "review", "shop.xlsx"), "utf8")).toBe("new");
  expect(readdirSync(directory).filter((name) => name.startsWith("."))).toEqual([]);
});

test("a manifest that is not the program's decides nothing", async () => {
  const files = ["notes.txt", "../notes.txt", "decisions/review.csv"].map((name) => ({ name }));
  writeFileSync(join(directory, "notes.txt"), "mine");
  for (const manifest of ["{", "{}", "null", JSON.stringify({ files })]) {
    writeFileSync(join(directory, "manifest.json"), manifest);
    expect(await report([CSV], "new")).toEqual({
      [CSV]: "new",
      "notes.txt": "mine",
      "manifest.json": manifestOf("new"),
    });
  }
});

describe("a file that cannot be replaced", () => {
  test.each([CSV, PAGE, "manifest.json"])(
    "%s: the report before stays as it was, and the error names the file",
    async (name) => {
      await report([CSV, PAGE, CHANGES], "old");
      rmSync(join(directory, name));
      mkdirSync(join(directory, name, "x"), { recursive: true });
      const before = contents();

      await expect(report([CSV, PAGE], "new")).rejects.toMatchObject({
        name: "FileInUse",
        message: expect.stringMatching(
          new RegExp(`^${join(directory, name)} cannot be replaced \\(EISDIR.*Close it .* Nothing was written`),
        ),
      });
      expect(contents()).toEqual(before);
      expect(readdirSync(directory).filter((each) => each.startsWith("."))).toEqual([]);
    },
  );

  test.each([0, 1, 2, 3, 4, 5, 6])("whichever step of the swap is refused (%d), all is as it was", async (step) => {
    const before = await report([CSV, PAGE], "old");
    const rename = jest.spyOn(fs, "renameSync");
    for (let passed = 0; passed < step; passed++) rename.mockImplementationOnce(realRename);
    rename.mockImplementationOnce((from) => {
      throw Object.assign(new Error(`EBUSY: resource busy or locked, rename '${from}'`), { code: "EBUSY" });
    });
    await expect(report([CSV, CHANGES], "new")).rejects.toMatchObject({ name: "FileInUse" });
    rename.mockRestore();
    expect(contents()).toEqual(before);
  });
});

describe("what a killed run has left", () => {
  /** The files of a swap as they lie when the process dies after so many of its steps. */
  async function killedAfter(steps: number) {
    const before = await report([CSV, PAGE], "old");
    const rename = jest.spyOn(fs, "renameSync");
    for (let passed = 0; passed < steps; passed++) rename.mockImplementationOnce(realRename);
    rename.mockImplementation(() => {
      throw new Error("dead");
    });
    await report([CSV, CHANGES], "new").catch(() => {});
    rename.mockRestore();
    return before;
  }

  test.each([1, 2, 3, 4, 5, 6])("after %d steps: the next run finds the report that stood there", async (steps) => {
    const before = await killedAfter(steps);
    expect(contents()).not.toEqual(before);
    await openSink();
    expect(contents()).toEqual(before);
  });
});

describe("a directory belongs to one run", () => {
  const lock = () => join(directory, LOCK_FILE);
  const heldBy = (holder: object) => writeFileSync(lock(), JSON.stringify(holder));

  test("a second run is refused until the first has ended", async () => {
    const { sink, close } = await write([CSV], "first");
    await expect(openSink()).rejects.toMatchObject({
      name: "DirectoryInUse",
      message: expect.stringContaining(`process ${process.pid} on ${hostname()}`),
    });
    await close();
    sink.end();
    expect(await report([CSV], "second")).toMatchObject({ [CSV]: "second" });
  });

  test("a dead process's lock is taken over, even where its number is this one's", async () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    heldBy({ pid, host: hostname(), startedMs: 1 });
    expect(await report([CSV], "new")).toMatchObject({ [CSV]: "new" });
    heldBy({ pid: process.pid, host: hostname(), startedMs: 1 });
    expect(await report([CSV], "newer")).toMatchObject({ [CSV]: "newer" });
  });

  const onLinux = process.platform === "linux" ? test : test.skip;
  onLinux("so is that of a process that has ended and of which nobody has taken note", async () => {
    const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"]);
    const [pid] = (await once(parent.stdout, "data")) as [Buffer];
    while (!/^State:\s+Z/m.test(readFileSync(`/proc/${Number(pid)}/status`, "utf8"))) await wait(5);
    heldBy({ pid: Number(pid), host: hostname(), startedMs: 1 });
    const written = await report([CSV], "new").finally(() => parent.kill());
    expect(written).toMatchObject({ [CSV]: "new" });
  });

  test.each([
    ["another machine's", { pid: 1, host: "elsewhere", startedMs: 1 }],
    ["a living process's", { pid: process.ppid, host: hostname(), startedMs: 1 }],
    ["one that says nothing", {}],
  ])("%s lock is not", async (_, holder) => {
    heldBy(holder);
    await expect(openSink()).rejects.toMatchObject({
      name: "DirectoryInUse",
      message: expect.stringContaining(`If it has died, delete ${lock()}`),
    });
    expect(readFileSync(lock(), "utf8")).toBe(JSON.stringify(holder));
  });

  test("of two that took a dead one's lock over at once, the one that lost it writes nothing", async () => {
    const before = await report([CSV], "old");
    const { close } = await write([CSV], "new");
    heldBy({ pid: process.ppid, host: hostname(), startedMs: 1 });
    await expect(close()).rejects.toMatchObject({ name: "DirectoryInUse" });
    expect(contents()).toEqual(before);
  });
});

describe("a degraded report", () => {
  test("replaces no whole one: it goes beside it, and is replaced there", async () => {
    const whole = await report([CSV, PAGE], "whole");
    for (const text of ["degraded", "degraded again"]) {
      const { sink, close } = await write([CSV], text, { status: "degraded" });
      await close();
      sink.end();
      expect(sink.place()).toBe(join(directory, "degraded"));
      expect(contents()).toEqual(whole);
      expect(contents(sink.place())).toEqual({ [CSV]: text, "manifest.json": manifestOf(text, "degraded") });
    }
  });

  test("replaces a degraded one, and is replaced by a whole one", async () => {
    await report([CSV], "first", "degraded");
    expect(await report([CSV], "second", "degraded")).toMatchObject({ [CSV]: "second" });
    expect(await report([CSV], "third")).toMatchObject({ [CSV]: "third" });
  });
});

test("an interrupted report leaves nothing of its own, and the one before it whole", async () => {
  const before = await report([CSV, PAGE], "old");
  const ending = new AbortController();
  const sink = await openSink(directory, ending);
  const file = sink.create(CSV, "text/csv");
  await file.write(Buffer.from("new"));

  ending.abort(new Error("interrupted"));

  await expect(file.write(Buffer.from("more"))).rejects.toThrow("interrupted");
  await file.abort();
  sink.end();
  expect(contents()).toEqual(before);
});

test("what is unfinished is removed at once when the process is about to end", async () => {
  const sink = await openSink();
  await sink.create(CSV, "text/csv").write(Buffer.alloc(100_000));
  sink.end();
  expect(readdirSync(directory)).toEqual([]);
});

test("a report whose manifest is begun is finished, whatever is asked for", async () => {
  const { close, ending } = await write([CSV], "new");
  ending.abort(new Error("interrupted"));
  await close();
  expect(Object.keys(contents()).sort()).toEqual([CSV, "manifest.json"]);
});
