import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

// `npm test` leaves out what takes long. Nothing may be left out of `npm run test:long`, which CI runs each night and before a release.

const root = join(__dirname, "../..");
const textOf = (path: string) => readFileSync(join(root, path), "utf8");
const files = readdirSync(join(root, "tests"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => `tests/${path}`);
const testFiles = files.filter((path) => path.endsWith(".test.ts"));

interface Config {
  readonly roots: readonly string[];
  readonly testPathIgnorePatterns: readonly string[];
}

function configOf(file: string): { config: Config; environment: string | undefined } {
  const before = process.env.LONG_TESTS;
  delete process.env.LONG_TESTS;
  const config: Config = jest.requireActual(join(root, file));
  const environment = process.env.LONG_TESTS;
  process.env.LONG_TESTS = before ?? "";
  return { config, environment };
}

const leftOutBy = ({ roots, testPathIgnorePatterns }: Config) => {
  expect(roots).toEqual(["<rootDir>/tests"]);
  return testFiles.filter((path) => testPathIgnorePatterns.some((pattern) => new RegExp(pattern).test(`/${path}`)));
};

test("npm run test:long leaves no file out, and runs series whole; npm test leaves out the files that say so by their name", () => {
  const { scripts } = JSON.parse(textOf("package.json"));
  expect(scripts["test:long"]).toBe("jest --config jest.long.config.js");
  expect(scripts.coverage).toMatch(/^npm run test:long -- /);
  const long = configOf("jest.long.config.js");
  expect([leftOutBy(long.config), long.environment]).toEqual([[], "true"]);
  expect(Object.keys(long.config).filter((key) => /testMatch|testRegex|namePattern|projects|shard/i.test(key))).toEqual(
    [],
  );

  const short = configOf("jest.config.js");
  const byName = testFiles.filter((path) => path.endsWith(".long.test.ts"));
  expect([leftOutBy(short.config), short.environment]).toEqual([byName, undefined]);
});

test("how much of a series is run is decided in one place", () => {
  const deciding = files.filter((path) =>
    /process\.env\.(LONG_TESTS|RUNS|SEED|\w+_(RUNS|SEEDS?|KILLS))\b/.test(textOf(path)),
  );
  expect(deciding).toEqual(["tests/support/long.ts", "tests/values/longTests.test.ts"]);
});

test("what a test is skipped for is the machine that it needs, never its length", () => {
  const skipping = testFiles.filter((path) =>
    /\b(test|it|describe)\.(skip|only|todo)\b|\b(xtest|xit|xdescribe)\b/.test(textOf(path)),
  );
  expect(skipping.sort()).toEqual([
    "tests/system/engine.test.ts", // the pulumi CLI, and what stands in for AWS
    "tests/system/home.long.test.ts", // root
    "tests/values/directorySink.test.ts", // Linux
    "tests/values/longTests.test.ts", // the words alone
  ]);
});

test("what files share runs whole in both", () => {
  const shared = files.filter((path) => !path.endsWith(".test.ts") && /\/long"/.test(textOf(path)));
  expect(shared).toEqual([]);
});

test("docs/tests.md lists each file of which npm test runs less", () => {
  const less = testFiles.filter(
    (path) => path.endsWith(".long.test.ts") || /from "\.\.\/support\/long"/.test(textOf(path)),
  );
  const listed = [...textOf("docs/tests.md").matchAll(/^\| `([^`]+\.test)`/gm)].map(([, name]) => `tests/${name}.ts`);
  expect(listed.sort()).toEqual(less.sort());
});

test("CI runs them each night, and before a release", () => {
  const { on, jobs } = parse(textOf(".github/workflows/long.yml"));
  expect(on.schedule).toEqual([{ cron: expect.stringMatching(/^\d+ \d+ \* \* \*$/) }]);
  expect(on.push.tags).toEqual(["v*"]);
  const run = Object.values(jobs as Record<string, { steps: { run?: string }[] }>).flatMap(({ steps }) =>
    steps.flatMap((step) => step.run ?? []),
  );
  expect(run.filter((command) => /^npm run (test:long|coverage) -- --ci$/.test(command)).length).toBeGreaterThan(0);
});
