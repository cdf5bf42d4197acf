import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from "chart.js";
import { MatrixController, MatrixElement } from "chartjs-chart-matrix";
import { element } from "./dom";
import { onPrinting } from "./printing";
import type { Selection } from "./selection";
import { currentTheme, type Theme } from "./theme";

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Legend,
  Tooltip,
  MatrixController,
  MatrixElement,
);

/** A chart, and the same in words for those who do not see it. */
export interface Picture {
  readonly id: string;
  readonly title: string;
  /** One or two sentences: what it shows, and what it leaves out. */
  readonly text: string;
  /** CSS pixels. `null` where there is nothing to draw and the text says why. */
  readonly height: number | null;
  /** Shown over the whole width of the page. */
  readonly wide?: boolean;
  /** CSS pixels that it needs to be legible; on a narrower screen it is scrolled. */
  readonly minWidth?: number;
  readonly legend?: HTMLElement;
  /** A line for each of what can be chosen, in the order of the data. */
  readonly table: HTMLElement;
  /** What belongs to one of them; left out where nothing does. */
  readonly opens?: (index: number) => Selection;
  config(theme: Theme): ChartConfiguration | ChartConfiguration<"matrix">;
}

/** Lays the pictures out; a click on a bar or a cell, and a button in the table of the same, opens what belongs to it. `draw` draws them once they are in the document, and again whenever the colours change. */
export function showPictures(
  pictures: readonly Picture[],
  open: (selection: Selection) => void,
): { section: HTMLElement; draw(): void } {
  const canvases = new Map(
    pictures
      .filter(({ height }) => height !== null)
      .map((picture) => [
        picture,
        element("canvas", { role: "img", "aria-label": `${picture.title}. ${picture.text}` }),
      ]),
  );
  const section = element("section", { class: "pictures", "aria-label": "Pictures" }, ...pictures.map(figureOf));
  let charts: Chart[] = [];

  function figureOf(picture: Picture): HTMLElement {
    const { opens } = picture;
    if (opens !== undefined) {
      picture.table.querySelectorAll("tbody th").forEach((header, index) => {
        const button = element("button", { type: "button", class: "link", dir: "auto" }, header.textContent ?? "");
        button.addEventListener("click", () => open(opens(index)));
        header.replaceChildren(button);
      });
    }
    const canvas = canvases.get(picture);
    const frame = canvas && element("div", { class: "canvas-frame" }, canvas);
    if (frame) {
      frame.style.setProperty("--height", `${picture.height}px`);
      frame.style.setProperty("--min-width", `${picture.minWidth ?? 0}px`);
    }
    return element(
      "figure",
      { id: picture.id, class: `${picture.wide ? "wide" : ""} ${canvas ? "" : "empty"}` },
      element("figcaption", {}, element("h2", {}, picture.title), element("p", {}, picture.text)),
      frame ? element("div", picture.minWidth ? scrolled(picture) : {}, frame) : null,
      picture.legend ?? null,
      canvas
        ? element(
            "details",
            {},
            element("summary", {}, "As a table"),
            element("div", { ...scrolled(picture), class: "text-table" }, picture.table),
          )
        : null,
    );
  }

  /** What is scrolled must be reached without a mouse, too. */
  function scrolled({ title }: Picture) {
    return { class: "scrolled", tabindex: "0", role: "group", "aria-label": title };
  }

  function draw(): void {
    for (const chart of charts) chart.destroy();
    const theme = currentTheme();
    Chart.defaults.animation = false;
    Chart.defaults.maintainAspectRatio = false;
    Chart.defaults.font.family = theme.font;
    Chart.defaults.color = theme.muted;
    Chart.defaults.borderColor = theme.line;
    charts = [...canvases].map(([picture, canvas]) => new Chart(canvas, configOf(picture, theme)));
  }

  function configOf({ config, opens }: Picture, theme: Theme): ChartConfiguration {
    const configuration = config(theme) as ChartConfiguration;
    if (opens === undefined) return configuration;
    return {
      ...configuration,
      options: {
        ...configuration.options,
        onClick: (_event, [chosen]) => {
          if (chosen !== undefined) open(opens(chosen.index));
        },
        onHover: ({ native }, [chosen]) => {
          if (native?.target instanceof HTMLElement) native.target.style.cursor = chosen === undefined ? "" : "pointer";
        },
      },
    };
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  // Paper is light and narrower than the window; the style sheet knows both by this class.
  onPrinting((printing) => {
    document.documentElement.classList.toggle("printing", printing);
    draw();
  });
  return { section, draw };
}
