/** Where a run's files go: the report bucket, or a directory. */
export interface Sink {
  /**
   * Starts a new file of the run.
   *
   * @param name file name below the run's folder, such as `credential_report.csv`
   */
  create(name: string, contentType: string): SinkFile;
}

/**
 * A file being written. It exists whole once `close` has resolved, and not at all otherwise. A sink that has a place for only one
 * report may show the files together, once the manifest's `close` has resolved.
 */
export interface SinkFile {
  /** Takes the bytes; waits while too much is under way. */
  write(bytes: Buffer): Promise<void>;
  /**
   * Publishes the file. One of that name which stands there already is taken as written where it has the same bytes. Where it has
   * others, a sink that keeps every report rejects with `ReportExists` and leaves it as it is; one that has a place for only one replaces it.
   *
   * @param sha256 of all bytes that were written, in lower-case hexadecimal
   */
  close(sha256: string): Promise<void>;
  /** Gives the file up; harmless after `close`. */
  abort(): Promise<void>;
}

/** A file that a run reads: whole, in pieces, from its first byte. */
export type Bytes = AsyncIterable<Buffer>;

/** What stands already where a report goes. */
export interface History {
  /** The newest whole report, from its manifest on; `null` where there is none. */
  newest(): Promise<EarlierReport | null>;
  /** A manifest of an earlier report, by its key or path in the one after it; `null` where it is not kept any more. */
  manifestAt(key: string): Promise<Buffer | null>;
  /**
   * What people have returned, in the order of the names. Files whose names begin with `.` or `~$`, which systems and spreadsheets leave beside others,
   * are left out.
   *
   * @param most how many are given at most
   */
  decisions(most: number): Promise<readonly ReturnedSheet[]>;
}

/** A file in `decisions/`. */
export interface ReturnedSheet {
  /** In the bucket, or its path. */
  readonly key: string;
  /** Below `decisions/`. */
  readonly name: string;
  readonly bytes: number;
  /** Since when it stands there so: an instant. */
  readonly modifiedAt: string;
  /** The file as it is listed, and which version of it that is, where the place keeps versions. */
  open(): Promise<{ readonly content: Bytes; readonly version: string | null }>;
}

export interface EarlierReport {
  /** The manifest's key in the bucket, or its path. */
  readonly manifestKey: string;
  /** The manifest's bytes. */
  readonly manifest: Buffer;
  /** A file of that report. */
  open(name: string): Bytes;
}
