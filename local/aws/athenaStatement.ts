import type { Token } from "./trino";

/** A table that a statement names, as `FROM` or `JOIN` do. */
export interface Reference {
  /** Its parts, in lower case: catalog, database and name, or fewer. */
  readonly parts: readonly string[];
  /** Where it stands: in the statement's text, and after which token. */
  readonly start: number;
  readonly end: number;
  readonly after: number;
}

const isName = ({ kind }: Token) => kind === "name" || kind === "quoted";

/** A name without its quotes, in lower case: Athena knows no others. */
function plain({ text, kind }: Token): string {
  return (kind === "quoted" ? text.slice(1, -1).replaceAll('""', '"') : text).toLowerCase();
}

/** The tables that a statement names, but for those that it makes itself (`WITH name AS (…)`). */
export function references(tokens: readonly Token[]): Reference[] {
  const word = (index: number) => tokens[index]?.text.toUpperCase();
  const own = new Set(
    tokens
      .filter(
        (token, at) =>
          isName(token) && word(at + 1) === "AS" && word(at + 2) === "(" && /^(WITH|,)$/.test(word(at - 1) ?? ""),
      )
      .map(plain),
  );
  const found: Reference[] = [];
  for (const [index] of tokens.entries()) {
    const first = tokens[index + 1];
    if (!/^(FROM|JOIN)$/.test(word(index) ?? "") || !first || !isName(first)) continue;
    const parts = [plain(first)];
    let last = index + 1;
    for (; tokens[last + 1]?.text === "." && tokens[last + 2] && isName(tokens[last + 2]!); last += 2) {
      parts.push(plain(tokens[last + 2]!));
    }
    if (word(last + 1) === "(" || (parts.length === 1 && own.has(parts[0]!))) continue;
    found.push({ parts, start: first.at, end: tokens[last]!.at + tokens[last]!.text.length, after: last });
  }
  return found;
}

/**
 * What the `WHERE` after a reference demands of partition keys alone: by that Athena knows which files to read.
 *
 * @param names of columns and partition keys, in lower case
 */
export function partitionConditions(
  statement: string,
  tokens: readonly Token[],
  { after }: Reference,
  names: ReadonlySet<string>,
  keys: readonly string[],
): string[] {
  const conditions: Token[][] = [[]];
  let depth = 0;
  let isWhere = false;
  let between = false;
  for (let index = after + 1; index < tokens.length; index++) {
    const token = tokens[index]!;
    const word = token.kind === "name" ? token.text.toUpperCase() : token.text;
    if (word === ")") depth -= 1;
    if (depth < 0) break;
    if (depth === 0 && /^(GROUP|ORDER|HAVING|LIMIT|UNION|INTERSECT|EXCEPT|WINDOW|OFFSET)$/.test(word)) break;
    if (depth === 0 && word === "OR") return [];
    if (depth === 0 && word === "WHERE") isWhere = true;
    else if (isWhere && depth === 0 && word === "AND" && !between) conditions.push([]);
    else if (isWhere) {
      conditions.at(-1)!.push(token);
      if (depth === 0 && (word === "BETWEEN" || word === "AND")) between = word === "BETWEEN";
    }
    if (word === "(") depth += 1;
  }
  return conditions
    .filter((condition) => {
      const columns = condition
        .filter(isName)
        .map(plain)
        .filter((name) => names.has(name));
      return columns.length > 0 && columns.every((name) => keys.includes(name));
    })
    .map((condition) => statement.slice(condition[0]!.at, condition.at(-1)!.at + condition.at(-1)!.text.length));
}
