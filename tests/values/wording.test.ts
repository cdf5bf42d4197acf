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
  [/\benters? by (it|them)\b|by which way\b/i, "nobody enters by it today", "nobody can enter through it"],
  [/as far as is known/i, "given, as far as is known, in the last 14 days", "known to be given in the last 14 days"],
];

/** British spellings, as they begin or stand, and AWS's. */
const SPELLED_AS_AWS_DOES: [RegExp, string][] = [
  [
    /\b(?:un|re|de|mis)?(?:organ|serial|recogn|author|synchron|normal|summar|initial|minim|maxim|optim|priorit|custom|util|categor|emphas|standard|final|random|token|special|general)is(?:e[drs]?|ing|ations?)?\b/i,
    "-ize",
  ],
  [/\bbehaviour\w*/i, "behavior"],
  [/\b(?:col|hon|fav|neighb|lab)our\w*/i, "-or"],
  [/\b(?:cancel|label|model|travel|signal)l(?:ed|ing)\b/i, "-led, -ling"],
  [/\bartefacts?\b/i, "artifact"],
  [/\bcatalogues?\b/i, "catalog"],
  [/\blicences?\b/i, "license"],
  [/\bdefence\b/i, "defense"],
  [/\banalys(?:e[drs]?|ing)\b/i, "analyze"],
  [/\bfulfils?\b/i, "fulfill"],
  // But for the name of another program.
  [/\bcentres?\b(?! leveraging)/i, "center"],
  [/\btowards\b/i, "toward"],
  [/\b(?:judgement|grey|whilst|learnt|spelt|programmes?)\b/i, "judgment, gray, while, learned, spelled, program"],
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
    "E-mail address that is notified when a report fails, is incomplete, or is overdue.",
  );
  expect(textToRead("components/credentialReport.ts")).toContain("or is overdue. Empty: none. The alarms write");
  expect(textToRead("CHANGELOG.md")).toContain("## [Unreleased]");
  expect(textToRead("CHANGELOG.md")).not.toContain("## [0.1.0]");
});

const spelled = [
  ...files,
  ...everyFile("local", /\.ts$/),
  ...everyFile("examples", /\.(ts|ya?ml|json)$/),
  ...everyFile(".github", /\.(md|ya?ml)$/),
];

test("everything that people read is spelled as AWS spells", () => {
  const found = spelled.flatMap((file) => britishIn(proseOf(file)).map((word) => `${file}: ${word}`));
  expect(found).toEqual([]);
});

test.each([
  ["organisations and their behaviour", ["organisations; say -ize", "behaviour; say behavior"]],
  [
    "a Licence, cancelled and unrecognised",
    ["unrecognised; say -ize", "cancelled; say -led, -ling", "Licence; say license"],
  ],
  ["Organizations' behavior, canceled: this promise is of the center; surprise, precise", []],
])("of %j, %j is British", (text, words) => {
  expect(britishIn(text)).toEqual(words);
});

test("names, paths and addresses are no prose", () => {
  const text =
    "An `organisation` of [it](0001-serialised.md), local/organisations/sample.json.\n```sh\n--organisation\n```\n";
  expect(britishIn(proseIn("a.md", text))).toEqual([]);
  const source = 'import "./organisations/a";\nconst organisation = "organisation";\nsay(`no organisation`);';
  expect(britishIn(proseIn("a.ts", source))).toEqual(["organisation; say -ize"]);
});

function britishIn(text: string): string[] {
  return SPELLED_AS_AWS_DOES.flatMap(([pattern, instead]) => {
    const said = pattern.exec(text)?.[0];
    return said === undefined ? [] : [`${said}; say ${instead}`];
  });
}

function everyFile(directory: string, pattern: RegExp): string[] {
  const names = readdirSync(join(root, directory), { recursive: true }).map(
    (name) => `${directory}/${name.toString()}`,
  );
  return names.filter((name) => pattern.test(name));
}

function proseOf(file: string): string {
  const text = readFileSync(join(root, file), "utf8");
  // Editors show a component's comments, and an example is read from its first line to its last.
  const isReadWhole = /^(components|examples)\//.test(file);
  return proseIn(file, text) + (isReadWhole ? commentsIn(text) : "");
}

/** Of a file the texts, without names, paths, addresses and what is to be typed. */
function proseIn(file: string, text: string): string {
  const isSource = file.endsWith(".ts");
  const prose = isSource
    ? literalsOf(file, text)
        .filter((literal) => /\s/.test(literal))
        .join("\n")
    : text;
  return prose
    .replace(/^ *```[\s\S]*?^ *```/gm, "")
    .replace(/`[^`\n]*`|\]\([^)]*\)|\$\{\{.*?\}\}/g, "")
    .replace(/\S*[/_]\S*|\b\w+\.(?:ts|json|md)\b/g, "");
}

function commentsIn(text: string): string {
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\/|\/\/ .*|# .*/g)].map(([comment]) => comment).join("\n");
}

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
  return literalsOf(file, text).join("");
}

function literalsOf(file: string, text: string): string[] {
  const literals: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      literals.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return literals;
}

test("lines of the documents can be read side by side: at most 140 characters, but for tables, examples and code", () => {
  const documents = [...everyFile("docs", /\.md$/), "README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"];
  const long = documents.flatMap((file) => {
    const prose = readFileSync(join(root, file), "utf8").replace(/^ *```.*?^ *```$/gms, (code) =>
      code.replace(/[^\n]/g, ""),
    );
    return prose.split("\n").flatMap((line, index) => {
      const isProse = line.replace(/`[^`]*`/g, "`").length > 140 && !/^\s*(\||<!--|!\[|\S+$)/.test(line);
      return isProse ? [`${file}:${index + 1}`] : [];
    });
  });
  expect(long).toEqual([]);
});
