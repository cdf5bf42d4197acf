// In a file of its own, since the page writes cells in the browser, where the rest does not run.

/**
 * Makes the function that writes a cell of our CSV files: quoted only where RFC 4180 needs it, and with a `'` before what a spreadsheet
 * would run as a formula.
 *
 * A spreadsheet may split a text where we do not: at semicolons, tabs or commas, at line ends, without honouring quotes, and may drop
 * control characters. So the `'` goes before `=`, `+`, `-`, `@` and their full-width forms not only where they begin the cell, but also where
 * they follow a separator, a line end or a control character, with or without spaces, quotes and invisible characters between. A
 * control character that begins the cell gets one, too. Where a `'` stands there already, one more is put before it, so that
 * `createCellReader` gives back every text as it was.
 */
export function createCellFormatter(): (value: string) => string {
  // Nearly all cells, and these are done with: nothing to quote, and nowhere a formula could begin.
  const plain = /^(?:[\p{L}\p{N}][^",;\p{Cc}\p{Zl}\p{Zp}]*)?$/u;
  // What separates and what is passed over have no character in common, so that no text takes longer than its length.
  const formula = /(?:^|[,;\p{Cc}\p{Zl}\p{Zp}])["\p{Zs}\p{Cf}]*(?='*[=+\-@＝＋－＠])/gu;
  const controlFirst = /^'*\p{Cc}/u;
  const special = /[",\r\n]/;
  const quote = /"/g;
  return (value) => {
    if (plain.test(value)) return value;
    const guarded = value.replace(formula, "$&'");
    const cell = controlFirst.test(value) ? "'" + guarded : guarded;
    return special.test(cell) ? '"' + cell.replace(quote, '""') + '"' : cell;
  };
}

/** Makes the function that takes off each `'` that `createCellFormatter` puts into a cell; quotes are the CSV reader's matter. */
export function createCellReader(): (cell: string) => string {
  const guarded = /((?:^|[,;\p{Cc}\p{Zl}\p{Zp}])["\p{Zs}\p{Cf}]*)'(?='*[=+\-@＝＋－＠])/gu;
  const controlFirst = /^'(?='*\p{Cc})/u;
  return (cell) => (cell.includes("'") ? cell.replace(guarded, "$1").replace(controlFirst, "") : cell);
}
