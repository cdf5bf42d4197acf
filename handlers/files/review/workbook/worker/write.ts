import { type Cell, type CellStyle, writeXlsx } from "hucre/xlsx";
import type { SheetToWrite } from "../tasks";

/** A cell of a spreadsheet holds no more: https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3 */
const LONGEST_CELL = 32_767;

/** Everything is text: no id is rounded, no name becomes a date, and nothing is run as a formula. */
const TEXT: CellStyle = { numFmt: "@", alignment: { vertical: "top" } };
const LONG_TEXT: CellStyle = { numFmt: "@", alignment: { vertical: "top", wrapText: true } };
const TO_FILL_IN: CellStyle = { ...LONG_TEXT, fill: { type: "pattern", pattern: "solid", fgColor: { rgb: "FFF6E5" } } };
const HEADER: CellStyle = {
  ...TEXT,
  font: { name: "Calibri", size: 11, bold: true },
  fill: { type: "pattern", pattern: "solid", fgColor: { rgb: "D9E5F2" } },
};

/** The workbook's bytes: the same for the same sheet. */
export async function write({ columns, lines, choices, printed, at }: SheetToWrite): Promise<Uint8Array> {
  const names = columns.map(({ name }) => name);
  const last = lines.length + 1;
  const lastColumn = letterOf(columns.length - 1);
  const styles = columns.map(({ fillIn, long }) => (fillIn ? TO_FILL_IN : long ? LONG_TEXT : TEXT));
  const cells = new Map<string, Partial<Cell>>();
  for (const [column, name] of names.entries()) cells.set(`0,${column}`, { value: name, style: HEADER });
  for (const [row, line] of lines.entries()) {
    for (const [column, text] of line.entries()) {
      // The library takes it for an error of a formula, but not in this form.
      if (/^#[A-Z]/.test(text)) cells.set(`${row + 1},${column}`, { richText: [{ text }], style: styles[column]! });
    }
  }
  const decision = letterOf(names.indexOf(choices.column));
  const instant = new Date(at);
  return writeXlsx({
    sheets: [
      {
        name: "Review",
        columns: columns.map(({ width, hidden }, index) => ({ width, hidden, style: styles[index]! })),
        rows: [names, ...lines.map((line) => line.map((text) => (text === "" ? null : cellOf(text))))],
        cells,
        freezePane: { rows: 1 },
        autoFilter: { range: `A1:${lastColumn}${last}` },
        dataValidations:
          lines.length === 0
            ? []
            : [
                {
                  type: "list",
                  values: [...choices.values],
                  range: `${decision}2:${decision}${last}`,
                  allowBlank: true,
                  // Whoever has other words may use them.
                  showErrorMessage: false,
                  showInputMessage: true,
                  inputTitle: choices.title,
                  inputMessage: choices.message,
                },
              ],
        pageSetup: {
          orientation: "landscape",
          fitToPage: true,
          fitToWidth: 1,
          fitToHeight: 0,
          printTitlesRow: "$1:$1",
          printArea: `$A$1:$${letterOf(printed - 1)}$${last}`,
        },
        headerFooter: { oddFooter: "&L&A&RPage &P of &N" },
      },
    ],
    properties: { creator: "identity-center-credential-report", created: instant, modified: instant },
    stringMode: "inline",
  });
}

/** As a cell can hold it: what looks like one of its escapes is escaped, and what XML cannot hold is replaced. */
function cellOf(text: string): string {
  const cut = text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL - 1)}…` : text;
  return cut.replace(/_x(?=[0-9A-Fa-f]{4}_)/g, "_x005F_x").replace(/[\ufffe\uffff]/g, "\ufffd");
}

function letterOf(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : letterOf(Math.floor(column / 26) - 1) + letter;
}
