import type { SheetFindings } from "../sheetLines";

/** What is asked of the worker that writes and reads workbooks. Plain values alone: they go from thread to thread. */

export interface SheetColumn {
  readonly name: string;
  /** In characters. */
  readonly width: number;
  readonly hidden: boolean;
  /** Breaks its lines. */
  readonly long: boolean;
  /** For people to fill in. */
  readonly fillIn: boolean;
}

export interface SheetToWrite {
  readonly columns: readonly SheetColumn[];
  /** What one of the columns offers; other words are taken, too. */
  readonly choices: {
    readonly column: string;
    readonly values: readonly string[];
    readonly title: string;
    readonly message: string;
  };
  /** How many columns are printed, from the first on. */
  readonly printed: number;
  /** The instant that the workbook says of itself, ISO 8601. */
  readonly at: string;
}

export type Task =
  /** A workbook is begun, is given lines, each a text for each column, as often as there are some, and is ended. */
  | { readonly begin: SheetToWrite }
  | { readonly lines: readonly (readonly string[])[] }
  | { readonly end: true }
  /** The bytes of a returned workbook, and how many it may unpack to. */
  | { readonly read: Uint8Array; readonly mostUnpacked: number };

export type Answer =
  /** What of the workbook is written since the answer before, and how many bytes its sheet has so far, unpacked. */
  | { readonly bytes: Uint8Array; readonly size: number }
  | { readonly findings: SheetFindings; readonly unpacked: number }
  | { readonly error: { readonly name: string; readonly message: string } };
