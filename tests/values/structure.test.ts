import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { preProcessFile } from "typescript";

// The plan of the house: who may import what. docs/architecture.md has the rooms.

const root = join(__dirname, "../..");
const PRODUCT = ["bench", "cli", "components", "handlers", "local", "index.ts"];

/** Of these folders of `handlers/` others import inner files. */
const WITHOUT_CONTRACT = ["handlers/files/page/browser", "handlers/files/review/workbook/worker"];

/** The browser's code is bundled apart: a contract would bring the whole room into the page. */
const BROWSER = "handlers/files/page/browser/";
const OPEN_TO_THE_BROWSER = ["handlers/files/csv/cell.ts", "handlers/files/columns.ts"];

/** Everything below a path, folders and files, by path in the project. */
function everythingIn(path: string): string[] {
  if (/\.\w+$/.test(path)) return [path];
  return [path, ...readdirSync(join(root, path)).flatMap((name) => everythingIn(`${path}/${name}`))];
}

const product = PRODUCT.flatMap(everythingIn);
const files = product.filter((path) => /\.(ts|js|mjs)$/.test(path));
const textOf = (file: string) => readFileSync(join(root, file), "utf8");

/** What a file imports of this project, types too, by path in it. JSON is no code and left out. */
function importsOf(file: string): string[] {
  const paths = preProcessFile(textOf(file), true, true).importedFiles.map(({ fileName }) => fileName);
  const own = paths.filter((path) => path.startsWith(".") && !path.endsWith(".json"));
  return own.map((path) => {
    const target = join(dirname(file), path);
    const found = [target, `${target}.ts`, `${target}/index.ts`].find((candidate) => files.includes(candidate));
    return found ?? target;
  });
}

const imports = new Map(files.map((file) => [file, importsOf(file)]));

/** The one file of a room that others import, by the room's folder. */
const contracts = new Map<string, string>();
for (const folder of product.filter((path) => /^handlers\/[^.]+$/.test(path))) {
  const contract = [`${folder}/${basename(folder)}.ts`, `${folder}/source.ts`].find((file) => files.includes(file));
  if (contract !== undefined) contracts.set(folder, contract);
}

test("every import is found, and none leads into the tests or the documents", () => {
  const lost = [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => !files.includes(target)).map((target) => `${file} → ${target}`),
  );
  expect(lost).toEqual([]);
  expect(files.length).toBeGreaterThan(150);
});

test("every folder of handlers/ has its contract, and is entered by it alone", () => {
  const folders = product.filter((path) => /^handlers\/[^.]+$/.test(path));
  expect(folders.filter((folder) => !contracts.has(folder)).sort()).toEqual(WITHOUT_CONTRACT);

  const mayImport = (file: string, target: string): boolean =>
    (file.startsWith(BROWSER) && OPEN_TO_THE_BROWSER.includes(target)) ||
    [...contracts].every(
      ([room, contract]) => !target.startsWith(`${room}/`) || file.startsWith(`${room}/`) || target === contract,
    );
  const past = [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => !mayImport(file, target)).map((target) => `${file} → ${target}`),
  );
  expect(past).toEqual([]);
});

test("what runs in Lambda imports nothing of what deploys it, nor of the terminal", () => {
  const outside = [...imports].flatMap(([file, targets]) =>
    file.startsWith("handlers/") ? targets.filter((target) => !target.startsWith("handlers/")) : [],
  );
  expect(outside).toEqual([]);
});

test("npm start loads nothing of Pulumi's, which takes a second and needs a home directory: the program does, in a process of its own", () => {
  const reached = new Set(["local/start.ts"]);
  for (const file of reached) for (const target of imports.get(file) ?? []) reached.add(target);
  const loading = [...reached].filter((file) => /^import (?!type ).* from "@pulumi\/(pulumi|aws)"/m.test(textOf(file)));
  expect(loading).toEqual([]);
  expect(reached).toContain("components/scheduleExpression.ts");
});

test("no file imports itself by way of others", () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, way: readonly string[]) => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(" → "));
    if (way.includes(file) || done.has(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

test("a file of handlers/ that is short and that only one other needs says why it is one", () => {
  const SHORT = 30;
  const isContract = new Set(contracts.values());
  const needless = files.filter((file) => {
    const text = textOf(file);
    if (!file.startsWith("handlers/") || isContract.has(file) || text.includes("In a file of its own")) return false;
    const users = files.filter((other) => !isContract.has(other) && imports.get(other)!.includes(file));
    return text.split("\n").length <= SHORT && users.length <= 1;
  });
  expect(needless).toEqual([]);
});
