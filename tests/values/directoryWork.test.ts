import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
