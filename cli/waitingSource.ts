import type { LoginSource } from "../handlers/logins/logins";
import type { ProgressDisplay } from "./progressDisplay";

/**
 * A login source that shows that it works, from when it is asked to when it has answered: a query says nothing of how far it is.
 *
 * @param what is shown
 */
export function withWaitingLine(
  source: LoginSource | null,
  what: string,
  { waiting }: Pick<ProgressDisplay, "waiting">,
): LoginSource | null {
  if (source === null) return null;
  let shown: (() => void) | null = null;
  const end = () => {
    shown?.();
    shown = null;
  };
  return {
    ...source,
    begin(...given) {
      shown ??= waiting(what);
      return source.begin(...given).catch((error) => {
        end();
        throw error;
      });
    },
    goOn(reading, untilMs, call, progress) {
      shown ??= waiting(what); // begun by an earlier process
      return source.goOn(reading, untilMs, call, progress).finally(end);
    },
  };
}
