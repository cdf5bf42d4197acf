/** Something that is not as the manifest says, or as a report is; or that cannot be told. */
export interface Problem {
  /** The file that it is about, by its name in the report; of another report, by its key or path. */
  readonly file: string;
  /** Counted from 1; `null` where it is about the file as a whole. */
  readonly line: number | null;
  readonly message: string;
}

export interface CheckedFile {
  readonly name: string;
  readonly bytes: number;
  /** `null` for files without rows, and where they could not be read to the end. */
  readonly rows: number | null;
  readonly problems: number;
}

export interface Verdict {
  readonly report: string;
  /** `NOT_WHOLE`: something is wrong. `CANNOT_TELL`: nothing that could be read is wrong, but not all that it takes could be read. */
  readonly verdict: "WHOLE" | "NOT_WHOLE" | "CANNOT_TELL";
  /** Whether the verdict is `WHOLE`. */
  readonly whole: boolean;
  readonly runId: string | null;
  /** The present of the run. */
  readonly now: string | null;
  /** Of the manifest's bytes, to be compared with what the run has said; `null` where there is none. */
  readonly manifestSha256: string | null;
  readonly files: readonly CheckedFile[];
  /** Manifests of the chain that were checked, this report's own left out. */
  readonly earlierManifests: number;
  readonly problems: readonly Problem[];
  /** What could not be read, and what that would take. */
  readonly unreadable: readonly Problem[];
  /** What is not wrong but was not checked, or is worth knowing. */
  readonly notes: readonly string[];
}

/** Collects problems; of each file only the first ones, so that a file of a million wrong lines is told in a few. */
export interface Problems {
  add(file: string, line: number | null, message: string): void;
  countOf(file: string): number;
  all(): Problem[];
  cannotTell(file: string, message: string): void;
  unreadable(): Problem[];
}

const SHOWN_OF_A_FILE = 20;

export function createProblems(): Problems {
  const shown: Problem[] = [];
  const unreadable: Problem[] = [];
  const counts = new Map<string, number>();
  return {
    add(file, line, message) {
      const count = (counts.get(file) ?? 0) + 1;
      counts.set(file, count);
      if (count <= SHOWN_OF_A_FILE) shown.push({ file, line, message });
    },
    countOf: (file) => counts.get(file) ?? 0,
    all() {
      const more = [...counts].filter(([, count]) => count > SHOWN_OF_A_FILE);
      return [
        ...shown,
        ...more.map(([file, count]) => ({ file, line: null, message: `and ${count - SHOWN_OF_A_FILE} more problems` })),
      ];
    },
    cannotTell: (file, message) => unreadable.push({ file, line: null, message }),
    unreadable: () => unreadable,
  };
}

export function verdictOf(problems: Problems): Verdict["verdict"] {
  if (problems.all().length > 0) return "NOT_WHOLE";
  return problems.unreadable().length > 0 ? "CANNOT_TELL" : "WHOLE";
}
