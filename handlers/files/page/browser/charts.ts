import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Legend,
  LinearScale,
  Tooltip,
} from "chart.js";
import { MatrixController, MatrixElement } from "chartjs-chart-matrix";
import { element } from "./dom";
import { currentTheme, type Theme } from "./theme";

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Legend, Tooltip, MatrixController, MatrixElement);

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
  readonly table: HTMLElement;
  config(theme: Theme): ChartConfiguration | ChartConfiguration<"matrix">;
}

/** Lays the pictures out. `draw` draws them once they are in the document, and again whenever the colours change. */
export function showPictures(pictures: readonly Picture[]): { section: HTMLElement; draw(): void } {
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
    charts = [...canvases].map(([picture, canvas]) => new Chart(canvas, picture.config(theme) as ChartConfiguration));
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  // Paper is light and narrower than the window; the style sheet knows both by this class.
  const printing = (on: boolean) => () => {
    document.documentElement.classList.toggle("printing", on);
    draw();
  };
  addEventListener("beforeprint", printing(true));
  addEventListener("afterprint", printing(false));
  return { section, draw };
}
