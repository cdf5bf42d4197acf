// In a file of its own, since the page writes cells in the browser, where the rest does not run.

/**
 * Makes the function that writes a cell of our CSV files: quoted only where RFC 4180 needs it, and with a leading `'` where a
 * spreadsheet would run it (`=`, `+`, `-`, `@`, tab or CR first).
 */
export function createCellFormatter(): (value: string) => string {
  const special = /[",\r\n]/;
  const quote = /"/g;
  return (value) => {
    const first = value.charCodeAt(0);
    // = + - @ tab CR
    const runs = first === 61 || first === 43 || first === 45 || first === 64 || first === 9 || first === 13;
    const cell = runs ? "'" + value : value;
    return special.test(cell) ? '"' + cell.replace(quote, '""') + '"' : cell;
  };
}
