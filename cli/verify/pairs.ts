/** One of two files whose rows belong together. */
export interface Side<Row> {
  add(row: Row): void;
  /** Waits while the other file is far behind, so that neither is held in memory. */
  room(): Promise<void>;
  /** @param complete whether the file was read to its end */
  end(complete: boolean): void;
}

interface Queue<Row> {
  readonly rows: Row[];
  count: number;
  ended: boolean;
  wake: () => void;
}

const MOST_AHEAD = 2_000;

/**
 * Brings the rows of two files together, the first with the first and so on, while both are read at the same time.
 *
 * @param compare is given each pair, and says whether to go on
 * @param onCounts is told of how many rows each had, where these differ and both were read to their ends and compared
 */
export function createPairs<Left, Right>(
  compare: (left: Left, right: Right) => boolean,
  onCounts: (left: number, right: number) => void,
): { readonly left: Side<Left>; readonly right: Side<Right> } {
  const left: Queue<Left> = { rows: [], count: 0, ended: false, wake() {} };
  const right: Queue<Right> = { rows: [], count: 0, ended: false, wake() {} };
  let comparing = true;

  function takePairs(): void {
    while (comparing && left.rows.length > 0 && right.rows.length > 0) {
      comparing = compare(left.rows.shift()!, right.rows.shift()!);
    }
    if (!comparing) left.rows.length = right.rows.length = 0;
    if (left.rows.length < MOST_AHEAD) left.wake();
    if (right.rows.length < MOST_AHEAD) right.wake();
  }

  const sideOf = <Own, Other>(own: Queue<Own>, other: Queue<Other>): Side<Own> => ({
    add(row) {
      own.count++;
      // One that can have no partner is counted, and not kept.
      if (!other.ended || other.rows.length > 0) own.rows.push(row);
      takePairs();
    },
    room() {
      if (other.ended || own.rows.length < MOST_AHEAD) return Promise.resolve();
      return new Promise((resolve) => {
        own.wake = resolve;
      });
    },
    end(complete) {
      own.ended = true;
      comparing &&= complete;
      other.wake();
      if (other.ended && comparing && own.count !== other.count) onCounts(left.count, right.count);
    },
  });

  return { left: sideOf(left, right), right: sideOf(right, left) };
}
