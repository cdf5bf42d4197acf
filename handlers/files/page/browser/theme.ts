/** The page's colours, as the style sheet has them now. */
export interface Theme {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
  readonly used: string;
  readonly unused: string;
  readonly tooNew: string;
  readonly unknown: CanvasPattern | string;
  /** From no unused grant to nothing but unused grants. */
  readonly heat: readonly string[];
  readonly font: string;
}

export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour("ink"),
    muted: colour("muted"),
    line: colour("line"),
    surface: colour("surface"),
    accent: colour("accent"),
    used: colour("used"),
    unused: colour("unused"),
    tooNew: colour("too-new"),
    unknown: hatch(colour("unknown"), colour("surface")),
    heat: [0, 1, 2, 3, 4].map((step) => colour(`heat-${step}`)),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/** Not a colour alone: what is unknown is told from what is unused by its pattern, too. */
function hatch(stroke: string, background: string): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const context = tile.getContext("2d");
  if (context === null) return stroke;
  context.fillStyle = background;
  context.fillRect(0, 0, 8, 8);
  context.strokeStyle = stroke;
  context.lineWidth = 2.5;
  for (const offset of [-8, 0, 8]) {
    context.moveTo(offset - 2, 10);
    context.lineTo(offset + 10, -2);
  }
  context.stroke();
  return context.createPattern(tile, "repeat") ?? stroke;
}
