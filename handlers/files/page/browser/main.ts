import type { PageData } from "../pageData";
import { createAddress } from "./address";
import { showPictures } from "./charts";
import { element } from "./dom";
import { givenBetween, givenGrants } from "./evidence";
import { grantsTable } from "./grantsTable";
import { heatMapPicture } from "./heatMapPicture";
import { overviewFigures, overviewHeader } from "./overview";
import { createPanel } from "./panel";
import { changesPicture, daysPicture, groupsPicture, permissionSetsPicture } from "./pictures";
import { printOpen } from "./printing";
import { decodeRows } from "./rows";
import type { Selection } from "./selection";
import { trendPicture } from "./trendPicture";
import { FIRST_VIEW } from "./view";

const report: PageData = JSON.parse(document.getElementById("report")!.textContent!);
const rows = decodeRows(report.table);

const address = createAddress((view) => {
  grants.show(view);
  panel.show(view.open);
});
const open = (selection: Selection) => address.go({ open: selection });
const grants = grantsTable(rows, report.table, report.figures.rows, report.run.runId, address);
const panel = createPanel(
  {
    rows,
    complete: report.table.complete,
    run: report.run,
    changes: report.changes,
    open,
    showInTable(selection) {
      address.go({ ...FIRST_VIEW, only: selection });
      grants.reveal(FIRST_VIEW.preset);
    },
  },
  () => address.go({ open: null }),
);
const { section, draw } = showPictures(
  [
    daysPicture(report),
    changesPicture(report.changes),
    trendPicture(report),
    groupsPicture(report),
    permissionSetsPicture(report),
    heatMapPicture(report.heatMap, report.figures.accounts),
  ],
  open,
);

function showPreset(preset: string): void {
  address.go({ ...FIRST_VIEW, preset });
  grants.reveal(preset);
}

// The address says what is looked at: a link within the page must not.
const skip = element("a", { class: "skip", href: "#grants" }, "To the table of grants");
skip.addEventListener("click", (event) => {
  event.preventDefault();
  grants.reveal(address.view.preset);
});

const assignments = [givenGrants(report.changes), givenBetween(report.changes)].filter((list) => list !== null);
for (const within of [section, ...assignments]) printOpen(within);

document.body.append(
  skip,
  element(
    "main",
    {},
    overviewHeader(report.run),
    overviewFigures(report, showPreset),
    section,
    ...assignments,
    grants.section,
    element(
      "footer",
      {},
      element(
        "p",
        {},
        "A grant is one way of one user into one account with one permission set or role. Unused: no login with it in the window, by console or by program. Unknown: it could not be observed whether it was used, which is not the same as unused. All times are UTC.",
      ),
    ),
  ),
  panel.dialog,
);
draw();
grants.build();
panel.show(address.view.open);
