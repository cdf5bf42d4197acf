/**
 * Tells when the page is about to be printed, and when it no longer is. Browsers without a window tell the beginning by one event, the end by
 * another.
 */
export function onPrinting(tell: (printing: boolean) => void): void {
  let present = false;
  const set = (printing: boolean) => {
    if (printing === present) return;
    present = printing;
    tell(printing);
  };
  addEventListener("beforeprint", () => set(true));
  addEventListener("afterprint", () => set(false));
  matchMedia("print").addEventListener("change", ({ matches }) => set(matches));
}

/** Paper cannot be clicked: whatever can be opened within an element is printed open, and afterwards as it was. */
export function printOpen(within: HTMLElement): void {
  let opened: HTMLDetailsElement[] = [];
  onPrinting((printing) => {
    if (printing) opened = [...within.querySelectorAll<HTMLDetailsElement>("details:not([open])")];
    for (const details of opened) details.open = printing;
  });
}
