import { hashOf, type View, viewIn } from "./view";

/** Keeps the view that is looked at in the address. */
export interface Address {
  readonly view: View;
  /** A step that can be gone back from; nothing where it is the same view. */
  go(change: Partial<View>): void;
  /** The same step still: what is typed letter by letter. */
  amend(change: Partial<View>): void;
}

/** @param show told of every view that is gone to, but not of those that are amended */
export function createAddress(show: (view: View) => void): Address {
  let view = viewIn(location.hash);

  function write(change: Partial<View>, method: "pushState" | "replaceState"): boolean {
    view = { ...view, ...change };
    const hash = hashOf(view);
    if (hash === hashOf(viewIn(location.hash))) return false;
    // Without any hash, the address as it is up to there.
    history[method](null, "", hash === "" ? location.href.replace(/#.*$/s, "") : hash);
    return true;
  }

  addEventListener("popstate", () => {
    view = viewIn(location.hash);
    show(view);
  });
  return {
    get view() {
      return view;
    },
    go(change) {
      if (write(change, "pushState")) show(view);
    },
    amend(change) {
      write(change, "replaceState");
    },
  };
}
