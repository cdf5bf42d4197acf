type Attributes = Readonly<Record<string, string>>;
type Child = Node | string | null;

/** An element; text and attribute values are set as such, never read as HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A plain table: what a picture shows, in words. The first cell of a row is its header. */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...headings.map((heading) => element("th", { scope: "col" }, heading)))),
    element(
      "tbody",
      {},
      ...rows.map(([first = "", ...cells]) =>
        element(
          "tr",
          {},
          element("th", { scope: "row", dir: "auto" }, first),
          ...cells.map((cell) => element("td", { dir: "auto" }, cell)),
        ),
      ),
    ),
  );
}

/** Gives a text to keep as a file. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: url, download: name }).click();
  // Some browsers begin to read only after this returns.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Lets a menu of `<details>` close by Escape, which leads back to what opened it, and by a click or the focus going elsewhere. */
export function closable(menu: HTMLDetailsElement): HTMLDetailsElement {
  const closeUnlessWithin = ({ target }: Event) => {
    if (target instanceof Node && !menu.contains(target)) menu.open = false;
  };
  document.addEventListener("pointerdown", closeUnlessWithin);
  document.addEventListener("focusin", closeUnlessWithin);
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  return menu;
}
