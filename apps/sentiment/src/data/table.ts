/** One row of a data file, cells as they stand there. */
export interface Row {
  /** Row number below the header, from 1; in JSON Lines the number of the object. */
  readonly number: number;
  /** Line of the file on which the row begins, from 1. */
  readonly line: number;
  /** Cells by column. JSON Lines may hold numbers, booleans, lists or null. */
  readonly cells: Readonly<Record<string, unknown>>;
}

/** A data file. */
export interface Table {
  /** How messages name the file: `--train reviews.csv`. */
  readonly named: string;
  /** Column names in file order. */
  readonly columns: readonly string[];
  /** At least one row. */
  readonly rows: readonly Row[];
}

/** `--train reviews.csv, row 3 (line 5)`. */
export function placeOf(named: string, row: { readonly number: number; readonly line: number }): string {
  return `${named}, row ${row.number} (line ${row.line})`;
}
