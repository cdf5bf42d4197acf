/** Told as work proceeds: the first `done` of `total` are finished; `total` is `null` where it cannot be known. */
export type Progress = (what: string, done: number, total: number | null) => void;
