import type { PageData } from "../pageData";
import { showPictures } from "./charts";
import { element } from "./dom";
import { grantsTable } from "./grantsTable";
import { heatMapPicture } from "./heatMapPicture";
import { overviewFigures, overviewHeader } from "./overview";
import { changesPicture, daysPicture, groupsPicture, permissionSetsPicture } from "./pictures";

const report: PageData = JSON.parse(document.getElementById("report")!.textContent!);

const grants = grantsTable(report.table, report.figures.rows, report.run.runId);
const { section, draw } = showPictures([
  daysPicture(report),
  changesPicture(report.changes),
  groupsPicture(report),
  permissionSetsPicture(report),
  heatMapPicture(report.heatMap, report.figures.accounts),
]);

document.body.append(
  element("a", { class: "skip", href: "#grants" }, "To the table of grants"),
  element(
    "main",
    {},
    overviewHeader(report.run),
    overviewFigures(report, grants.showPreset),
    section,
    grants.section,
    element(
      "footer",
      {},
      element(
        "p",
        {},
        "A grant is one way of one user into one account with one permission set. Unused: no login with it in the window, by console or by credentials. Unknown: whether it was used could not be observed, which is not the same as unused. All times are UTC.",
      ),
    ),
  ),
);
draw();
grants.build();
