/** A statement that CloudTrail Lake would not accept; the message is for the person who wrote it. */
export class StatementError extends Error {
  override readonly name = "StatementError";
}

export interface Token {
  readonly text: string;
  readonly at: number;
  readonly kind: "name" | "quoted" | "string" | "number" | "sign" | "storeId";
}

const uuid = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
const tokenPattern = new RegExp(
  [
    "(?<space>\\s+|--[^\\n]*|/\\*[^]*?\\*/)",
    "(?<string>'(?:[^']|'')*')",
    '(?<quoted>"(?:[^"]|"")*")',
    `(?<storeId>${uuid}(?![\\w-]))`,
    "(?<name>[A-Za-z_]\\w*)",
    "(?<number>\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?)",
    "(?<sign>[^])",
  ].join("|"),
  "gy",
);

/**
 * Checks what DuckDB accepts and Trino or CloudTrail Lake do not, and puts the store ids, which are no names in
 * DuckDB, in quotes.
 *
 * @param columns the columns of an event data store, in lower case
 * @returns the statement for DuckDB and the store ids in it
 */
export function translate(statement: string, columns: ReadonlySet<string>): { sql: string; storeIds: string[] } {
  const tokens = checkedTokens(statement);
  refuseAliasesBelow(tokens, columns);
  const stores = tokens.filter(({ kind }) => kind === "storeId");
  if (stores.length === 0) {
    throw new StatementError("The FROM clause must name an event data store by its id.");
  }
  const sql = stores.reduceRight(
    (text, { at, text: id }) => `${text.slice(0, at)}"${id}"${text.slice(at + id.length)}`,
    statement,
  );
  return { sql, storeIds: stores.map(({ text }) => text) };
}

/** The words of a statement. @throws StatementError for what Trino's grammar does not have, and DuckDB accepts */
export function checkedTokens(statement: string): Token[] {
  const tokens = tokenise(statement);
  const first = tokens[0]?.text.toUpperCase();
  if (first !== "SELECT" && first !== "WITH") {
    throw new StatementError("Only SELECT statements are supported.");
  }
  for (const [index, { text, kind }] of tokens.entries()) {
    const next = tokens[index + 1]?.text.toUpperCase();
    if (text === ";") throw new StatementError("mismatched input ';'. Expecting: <EOF>");
    if (text === "," && (next === undefined || /^(FROM|WHERE|GROUP|ORDER|HAVING|LIMIT|\))$/.test(next))) {
      throw new StatementError(`mismatched input '${next ?? "<EOF>"}'. Expecting: <expression>`);
    }
    if (kind === "quoted" && new RegExp(`^"${uuid}"$`).test(text)) {
      throw new StatementError(`The event data store id ${text} must not be quoted.`);
    }
  }
  return tokens;
}

/**
 * In Trino the names that SELECT gives (`AS name`) are not known to WHERE, GROUP BY and HAVING; in DuckDB they are.
 *
 * @param columns of what is queried, in lower case
 */
export function refuseAliasesBelow(tokens: readonly Token[], columns: ReadonlySet<string>): void {
  const word = (index: number) => tokens[index]?.text.toUpperCase();
  if (tokens.filter((_, index) => word(index) === "SELECT").length > 1) return;
  const from = tokens.findIndex((_, index) => word(index) === "FROM");
  const aliases = new Set(
    tokens
      .slice(0, Math.max(from, 0))
      .filter(({ kind }, index) => kind === "name" && word(index - 1) === "AS")
      .map(({ text }) => text.toLowerCase())
      .filter((name) => !columns.has(name)),
  );
  for (let index = from + 1; index < tokens.length && word(index) !== "ORDER"; index++) {
    const token = tokens[index]!;
    const isColumn = token.kind === "name" && word(index - 1) !== "." && word(index + 1) !== "(";
    if (isColumn && aliases.has(token.text.toLowerCase())) {
      throw new StatementError(`COLUMN_NOT_FOUND: Column '${token.text}' cannot be resolved`);
    }
  }
}

function tokenise(statement: string): Token[] {
  const tokens: Token[] = [];
  for (const match of statement.matchAll(tokenPattern)) {
    const [kind, text] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? [];
    if (kind && kind !== "space") tokens.push({ kind: kind as Token["kind"], text: text!, at: match.index });
  }
  return tokens;
}

/** The range that the statement lays on `eventTime`: what is outside is neither scanned nor billed. */
export function eventTimeRange(statement: string): { from?: string; to?: string } {
  const time = "(?:timestamp\\s*)?'([^']+)'";
  const between = new RegExp(`eventTime\\s+between\\s+${time}\\s+and\\s+${time}`, "i").exec(statement);
  if (between) return { from: between[1], to: between[2] };
  return {
    from: new RegExp(`eventTime\\s*>=?\\s*${time}`, "i").exec(statement)?.[1],
    to: new RegExp(`eventTime\\s*<=?\\s*${time}`, "i").exec(statement)?.[1],
  };
}

/** Trino's functions that DuckDB lacks, or has with another meaning, in DuckDB's words. */
export const trinoFunctions: readonly string[] = [
  "element_at(container, key) AS container[key]",
  "from_iso8601_timestamp(iso) AS CAST(iso AS TIMESTAMP)",
  "to_unixtime(instant) AS epoch(instant)",
  "from_unixtime(seconds) AS make_timestamp(CAST(seconds * 1000000 AS BIGINT))",
  "approx_distinct(item) AS approx_count_distinct(item)",
  "date_add(unit, amount, instant) AS instant + to_microseconds(CAST(amount AS BIGINT) * CASE lower(unit) " +
    "WHEN 'millisecond' THEN 1000 WHEN 'second' THEN 1000000 WHEN 'minute' THEN 60000000 " +
    "WHEN 'hour' THEN 3600000000 WHEN 'day' THEN 86400000000 WHEN 'week' THEN 604800000000 END)",
];
