import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";

// Wordings that native readers stumbled over, and what to say instead. They may not come back in what people read: the texts of the
// program, its settings and its documentation.

/** What may not be said, a text that says it, and what to say. */
const STUMBLED_OVER: [RegExp, string, string][] = [
  [
    /degraded,? or does(n't| not) come/i,
    "when a report fails, is degraded or does not come",
    "fails, is incomplete, or is overdue",
  ],
  [/(is )?not there or (is )?refused/i, "the object is not there or is refused", "could not be read"],
  [/nobody (was|is|were) told/i, "the run says that nobody was told", "notification not sent"],
  [
    /what (it|they) may have found (is|was) not used/i,
    "What it may have found is not used.",
    "its partial results were discarded",
  ],
  [/(log-?ins?|event) (that|which|who)? ?names? nobody/i, "a login that names nobody", "a login event without a user"],
  [/called unused/i, "not called unused before 2026-12-02", "not reported as unused before"],
];

const root = join(__dirname, "../..");

/** As version 0.1 said it: its reports are checked by what it promised. */
const OF_EARLIER_VERSIONS = "cli/verify/manifest-0.1.schema.json";

const files = ["handlers", "cli", "components", "docs"]
  .flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true }).map((name) => `${directory}/${name.toString()}`),
  )
  .filter((name) => /\.(ts|json|css|md)$/.test(name) && name !== OF_EARLIER_VERSIONS)
  .concat("Pulumi.yaml", "README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md");

test("nothing that people read has a wording that they stumbled over", () => {
  const found = files.flatMap((file) =>
    whatIsSaidIn(textToRead(file)).map((saying) => `${file}: "${saying.said}"; say "${saying.instead}"`),
  );
  expect(found).toEqual([]);
});

test.each(STUMBLED_OVER)(
  "%s finds its example, also over the end of a line, and not what to say instead",
  (pattern, example, instead) => {
    const saying = [{ said: pattern.exec(example)![0], instead }];
    expect(whatIsSaidIn(example)).toEqual(saying);
    expect(whatIsSaidIn(example.replaceAll(" ", "\n   * "))).toEqual(saying);
    expect(whatIsSaidIn(instead)).toEqual([]);
  },
);

test("of a source, the texts are read, in parts, too, and neither its names nor its comments", () => {
  const source = `const names = \`a login \${x} that names\` + " nobody"; // nobody was told\nconst nobody = was.told;`;
  expect(textsOf("example.ts", source)).toBe("a login  that names nobody");
});

test("what was read are the texts of the program, its settings and its documents", () => {
  expect(files.length).toBeGreaterThan(250);
  expect(textToRead("components/settings.ts")).toContain(
    "Who is told when a report fails, is incomplete, or is overdue.",
  );
  expect(textToRead("components/credentialReport.ts")).toContain("or is overdue. Empty: nobody. An e-mail address");
  expect(textToRead("CHANGELOG.md")).toContain("## [Unreleased]");
  expect(textToRead("CHANGELOG.md")).not.toContain("## [0.1.0]");
});

function whatIsSaidIn(text: string) {
  const oneLine = text.replace(/\s*\n\s*(\* |# |\/\/ )?/g, " ");
  return STUMBLED_OVER.flatMap(([pattern, , instead]) => {
    const said = pattern.exec(oneLine)?.[0];
    return said === undefined ? [] : [{ said, instead }];
  });
}

/** Of a file what people read of it. */
function textToRead(file: string): string {
  const text = readFileSync(join(root, file), "utf8");
  // What was released is history.
  if (file === "CHANGELOG.md") return text.slice(0, text.search(/^## \[\d/m));
  // Editors show the comments of a component's settings.
  return file.endsWith(".ts") && !file.startsWith("components/") ? textsOf(file, text) : text;
}

/** The literals of a source, one after the other, so that a text in parts is read as one. */
function textsOf(file: string, text: string): string {
  const literals: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      literals.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return literals.join("");
}
