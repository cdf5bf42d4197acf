import type { ContentCheck } from "./contentCheck";
import type { Problems } from "./verdict";

/** Checks that a text file is UTF-8 throughout: what is not, readers show as another text than was written. */
export function createUtf8Check(name: string, problems: Problems): ContentCheck {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let valid = true;
  let bytes = 0;

  function check(next?: Buffer): void {
    if (!valid) return;
    try {
      decoder.decode(next, { stream: next !== undefined });
    } catch {
      valid = false;
      problems.add(name, null, `is not UTF-8, in or just before its bytes ${bytes} to ${bytes + (next?.length ?? 0)}`);
    }
    bytes += next?.length ?? 0;
  }

  return {
    async write(next) {
      check(next);
    },
    async end() {
      check();
      return null;
    },
  };
}
