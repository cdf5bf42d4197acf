import { type Part, unpacked } from "./archive";

/** A row of a sheet: its number, and the text of each of its cells; of those that are left out, an empty one. */
export interface SheetRow {
  readonly row: number;
  readonly texts: readonly string[];
}

const ROW = /<row r="(\d+)"[^<>]*>(.*?)<\/row>/gsy;
/** A text, or a cell without one: neither a number, nor a formula, nor a text that stands elsewhere. */
const CELL =
  /<c r="([A-Z]{1,3})(\d+)"(?: (?:t="inlineStr"|s="\d+"))*(?:\/>|><is><t(?: xml:space="preserve")?>([^<]*)<\/t><\/is><\/c>)/gy;
/** A row of texts that are as long as cells can be. */
const LONGEST_ROW = 64 * 1024 * 1024;

/**
 * Reads the rows of a sheet in the one form in which this program writes them. Written from the format, not with what writes it, so that a mistake there
 * is found here. Throws where it is in another form.
 *
 * @param width how many columns there are
 */
export async function* rowsOf(sheet: Part, width: number): AsyncGenerator<SheetRow, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  let state: "before" | "rows" | "behind" = "before";
  let expected = 1;
  for await (const piece of unpacked(sheet)) {
    rest += decoder.decode(piece, { stream: true });
    if (state === "before") {
      const begin = rest.indexOf("<sheetData>");
      if (begin === -1) continue;
      rest = rest.slice(begin + "<sheetData>".length);
      state = "rows";
    }
    if (state === "rows") {
      ROW.lastIndex = 0;
      let taken = 0;
      for (let found = ROW.exec(rest); found !== null; found = ROW.exec(rest)) {
        taken = ROW.lastIndex;
        const row = Number(found[1]);
        if (row !== expected++) throw new Error(`has row ${row} where row ${expected - 1} belongs`);
        yield { row, texts: textsOf(row, found[2]!, width) };
        ROW.lastIndex = taken;
      }
      rest = rest.slice(taken);
      if (rest.startsWith("</sheetData>")) state = "behind";
      else if (!"</sheetData>".startsWith(rest.slice(0, 12)) && !"<row ".startsWith(rest.slice(0, 5)))
        throw new Error(`has something else than a row behind row ${expected - 1}`);
      else if (rest.length > LONGEST_ROW) throw new Error(`has a row ${expected} without an end`);
    }
    if (state === "behind" && rest.indexOf("<sheetData", 1) !== -1) throw new Error("has its rows in two places");
  }
  if (state !== "behind") throw new Error("breaks off in its rows");
}

function textsOf(row: number, cells: string, width: number): string[] {
  const texts: string[] = Array(width).fill("");
  CELL.lastIndex = 0;
  let taken = 0;
  let before = -1;
  for (let found = CELL.exec(cells); found !== null; found = CELL.exec(cells)) {
    const [, letters, number, text = ""] = found;
    const column = [...letters!].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
    if (Number(number) !== row || column <= before || column >= width)
      throw new Error(`has a cell ${letters}${number} in row ${row}, where none belongs`);
    texts[column] = textIn(text);
    before = column;
    taken = CELL.lastIndex;
  }
  if (taken < cells.length) throw new Error(`has a cell in row ${row} that is no text`);
  return texts;
}

function textIn(escaped: string): string {
  return escaped
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replace(/_x([0-9A-F]{4})_/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}
