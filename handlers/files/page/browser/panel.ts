import { element } from "./dom";
import type { PanelContext } from "./panelParts";
import { panelOf } from "./panels";
import type { Selection } from "./selection";

export interface Panel {
  readonly dialog: HTMLDialogElement;
  /** `null` closes it. */
  show(selection: Selection | null): void;
}

/**
 * The panel beside the page, for whatever was chosen. The browser keeps the focus in it and brings it back.
 *
 * @param closed told whenever it was closed
 */
export function createPanel(context: PanelContext, closed: () => void): Panel {
  const title = element("h2", { id: "panel-title", tabindex: "-1", dir: "auto" });
  const close = element("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
  const body = element("div", { class: "panel-body" });
  const dialog = element(
    "dialog",
    { class: "panel", "aria-labelledby": "panel-title" },
    element("header", {}, title, close),
    body,
  );
  close.addEventListener("click", () => dialog.close());
  // The dialog's own area is all covered by what it holds: a click that it gets itself is one beside it.
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
  });
  dialog.addEventListener("close", closed);

  return {
    dialog,
    show(selection) {
      const content = selection && panelOf(selection, context);
      if (selection === null) {
        if (dialog.open) dialog.close();
        return;
      }
      title.textContent = content?.title ?? "Not in this page";
      body.replaceChildren(
        ...(
          content?.body ?? [element("p", {}, "No row of this page belongs to it: the address may be another report's.")]
        ).filter((part) => part !== null),
      );
      if (!dialog.open) dialog.showModal();
      title.focus();
      body.scrollTop = 0;
    },
  };
}
