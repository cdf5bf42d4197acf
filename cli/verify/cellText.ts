/**
 * What a cell of our CSV files says, without the `'` that stand before what a spreadsheet would run. Written from docs/report.md, not with the
 * code that writes them, so that a mistake there is found here.
 */
export function textOfCell(cell: string): string {
  if (!cell.includes("'")) return cell;
  const characters = [...cell];
  let text = "";
  let mayBeginFormula = true;
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    if (character !== "'") {
      text += character;
      if (/[,;\p{Cc}\p{Zl}\p{Zp}]/u.test(character)) mayBeginFormula = true;
      else if (!/["\p{Zs}\p{Cf}]/u.test(character)) mayBeginFormula = false;
      continue;
    }
    const first = at;
    while (characters[at + 1] === "'") at++;
    const next = characters[at + 1] ?? "";
    const added = (mayBeginFormula && /[=+\-@＝＋－＠]/.test(next)) || (first === 0 && /\p{Cc}/u.test(next));
    text += "'".repeat(at - first + (added ? 0 : 1));
    mayBeginFormula = false;
  }
  return text;
}
