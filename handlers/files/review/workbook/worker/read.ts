import { type CellValue, streamXlsxRows } from "hucre/xlsx";
import { createSheetLines, type SheetFindings } from "../../sheetLines";
import { checkArchive, unreadable } from "./archive";

/** The first sheet of the workbook that has the columns of ours. */
export async function read(
  bytes: Buffer,
  mostUnpacked: number,
): Promise<{ findings: SheetFindings; unpacked: number }> {
  const MOST_SHEETS = 20;
  const unpacked = await checkArchive(bytes, mostUnpacked);
  let first: unknown = null;
  for (let sheet = 0; sheet < MOST_SHEETS; sheet++) {
    const lines = createSheetLines();
    try {
      let rows = 0;
      for await (const { index, values } of rowsOf(bytes, sheet)) {
        rows++;
        lines.add(index + 1, values.map(textOf));
      }
      if (rows === 0 && sheet > 0) break;
      return { findings: lines.findings(), unpacked };
    } catch (error) {
      if ((error as Error).name !== "UnreadableSheet") throw error;
      first ??= error;
    }
  }
  throw first;
}

async function* rowsOf(bytes: Buffer, sheet: number) {
  try {
    yield* streamXlsxRows(bytes, { sheet });
  } catch (error) {
    if (sheet > 0) return; // there is none
    throw unreadable(`It cannot be read as a workbook (${(error as Error).message}): save it as .xlsx again.`);
  }
}

/** As it would stand in a CSV file. What a formula gave when it was last reckoned is taken, and none is reckoned. */
function textOf(value: CellValue): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) return "";
    return value
      .toISOString()
      .replace(/T00:00:00\.000Z$/, "")
      .replace(/\.000Z$/, "Z");
  }
  return typeof value === "boolean" ? String(value).toUpperCase() : String(value);
}
