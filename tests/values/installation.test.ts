import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installationProblem } from "../../components/archivePackages";

// How package managers lay out the component's package in somebody's project. That npm's way runs: tests/artefact/installed.test.ts.

let root: string;
let program: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "installation-")));
  program = join(root, "workspace/program");
  mkdirSync(program, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(folder: string): string {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, "package.json"), "{}");
  return join(root, folder);
}

function link(from: string, to: string): void {
  mkdirSync(join(root, from, ".."), { recursive: true });
  symlinkSync(to, join(root, from));
}

test("as npm installs, in the project or in its workspace, nothing is wrong", () => {
  expect(installationProblem(program, "own")).toBeUndefined(); // the program is the package itself
  put("workspace/node_modules/own");
  expect(installationProblem(program, "own")).toBeUndefined();
  put("workspace/program/node_modules/own");
  expect(installationProblem(program, "own")).toBeUndefined();
  link("elsewhere", join(root, "workspace"));
  expect(installationProblem(join(root, "elsewhere/program"), "own")).toBeUndefined();
});

test.each(["workspace/program/node_modules/.pnpm/own@1/node_modules/own", "clones/own"])(
  "a link to %s is refused, with what to do",
  (place) => {
    link("workspace/program/node_modules/own", put(place));
    expect(installationProblem(program, "own")).toBe(
      `own: expected a folder at ${program}/node_modules/own, got a link to ${root}/${place}, whose packages the function would not find in Lambda. ` +
        "Install with npm; or with pnpm, after node-linker=hoisted stands in .npmrc.",
    );
  },
);
