import type { Row } from "./columns";

export type Content = string | Buffer;

/** What is short as a whole, what may be long in pieces, each short enough to be a string and to be held a few times over. */
export type Pieces = Content | Promise<Content> | Iterable<Content> | AsyncIterable<Content>;

/** A file of the report that is written while the rows go by, once and in order. */
export interface ReportFile {
  /** Below the run's folder. */
  readonly name: string;
  readonly contentType: string;
  /** It is given each batch before the others, which may ask it about these rows. */
  readonly comesFirst?: true;
  begin(): Content;
  /** What the file says of a batch of rows, which may be nothing; what may be long comes in pieces. */
  rows(batch: readonly Row[]): Pieces;
  /** Called once every row of every file has been seen, in the order of the files. */
  end(): Pieces;
  /** Why the file is not to be published after all; `null` where it is. Asked after the end. */
  refused?(): string | null;
  /**
   * Files that come with it, asked for after its end and written before the next file ends: they see no rows, and have their ends only. Each is written
   * before the next is asked for, which may depend on what it had room for.
   */
  beside?(): Iterable<ReportFile>;
  /** What readers have to know of it, for people; asked after the end. */
  notes?(): readonly string[];
  /** Called once, when the report is published or given up. */
  done?(): void;
  /** Records of a CSV file, without its header, or lines of a JSON Lines file; asked after the end. */
  recordCount?(): number;
}
