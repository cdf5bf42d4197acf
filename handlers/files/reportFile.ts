import type { Row } from "./columns";

export type Content = string | Buffer;

/** A file of the report that is written while the rows go by, once and in order. */
export interface ReportFile {
  /** Below the run's folder. */
  readonly name: string;
  readonly contentType: string;
  /** It is given each batch before the others, which may ask it about these rows. */
  readonly comesFirst?: true;
  begin(): Content;
  /** What the file says of a batch of rows, which may be nothing; what may be long comes in pieces. */
  rows(batch: readonly Row[]): Content | Promise<Content> | AsyncIterable<Content>;
  /** Called once every row of every file has been seen, in the order of the files. */
  end(): Content | Promise<Content> | AsyncIterable<Content>;
  /** Why the file is not to be published after all; `null` where it is. Asked after the end. */
  refused?(): string | null;
  /** Records of a CSV file, without its header, or lines of a JSON Lines file; asked after the end. */
  recordCount?(): number;
}
