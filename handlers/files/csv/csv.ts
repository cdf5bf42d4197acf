/** CSV as the report writes it, and as people give it back. */

export { createCellFormatter } from "./cell";
export { type CsvReader, createCsvReader } from "./reader";
export { createCsvWriter } from "./writer";
