import { basename, extname } from 'node:path';

import { AppError } from '../errors.js';
import { parseCsv } from './csv.js';
import { parseJsonLines } from './jsonl.js';
import { placeOf, type Row, type Table } from './table.js';
import { readTextFile } from './text-file.js';

/** A text, or a pair of them, as it stands in a file. */
export interface TextExample {
  /** The text; may be empty. */
  readonly text: string;
  /** The second text of a pair. */
  readonly pair?: string;
}

/** A text with its label, not yet understood. */
export interface RawExample extends TextExample {
  /** The label's cell: a text, or what JSON Lines hold. */
  readonly label: unknown;
  /** For messages: file, row and line. */
  readonly place: string;
  /** Row of its file below the header, from 1. */
  readonly row: number;
}

/** Which columns are meant. */
export interface Columns {
  /** Column of the text. */
  readonly text: string;
  /** Column of the second text, if pairs are read. */
  readonly pair?: string | undefined;
  /** Column of the label; absent when only texts are wanted. */
  readonly label?: string | undefined;
}

/**
 * Reads a data file by its extension.
 * @param option the option that named it, for messages: `--train`
 * @throws AppError `unknown-format` and those of the readers
 */
async function readTable(file: string, option: string): Promise<Table> {
  const named = `${option} ${basename(file)}`;
  const extension = extname(file).toLowerCase();
  switch (extension) {
    case '.csv':
      return parseCsv(await readTextFile(file, named), named, ',');
    case '.tsv':
    case '.tab':
      return parseCsv(await readTextFile(file, named), named, '\t');
    case '.jsonl':
    case '.ndjson':
      return parseJsonLines(await readTextFile(file, named), named);
    default:
      throw new AppError('unknown-format', {
        where: named,
        expected: 'a name that ends in .csv, .tsv or .jsonl',
        found: extension ? `'${extension}'` : 'none of them',
        remedy: 'Rename the file after what it holds.',
      });
  }
}

function checkColumn(table: Table, column: string, option: string): void {
  if (table.columns.includes(column)) return;
  throw new AppError('missing-column', {
    where: table.named,
    expected: `a column '${column}' (${option})`,
    found: table.columns.map((name) => `'${name}'`).join(', '),
    remedy: `Name the right one with ${option} COLUMN.`,
  });
}

function textCell(table: Table, row: Row, column: string): string {
  const value = row.cells[column];
  if (typeof value === 'string') return value;
  throw new AppError('bad-text', {
    where: placeOf(table.named, row),
    expected: `a text in '${column}'`,
    found: value === undefined ? 'no such key' : JSON.stringify(value).slice(0, 60),
    remedy: 'Write the text in quotes, "" for an empty one.',
  });
}

/**
 * Reads texts, and labels if their column is named, from a CSV, TSV or JSON Lines file.
 * Rows without text are kept: `countEmpty` counts them.
 * @throws AppError `missing-column`, `bad-text` and those of the readers
 */
export async function readExamples(file: string, option: string, columns: Columns): Promise<RawExample[]> {
  const table = await readTable(file, option);
  checkColumn(table, columns.text, '--text');
  if (columns.pair !== undefined) checkColumn(table, columns.pair, '--pair');
  if (columns.label !== undefined) checkColumn(table, columns.label, '--label');
  return table.rows.map((row) => ({
    text: textCell(table, row, columns.text),
    ...(columns.pair === undefined ? {} : { pair: textCell(table, row, columns.pair) }),
    label: columns.label === undefined ? undefined : row.cells[columns.label],
    place: placeOf(table.named, row),
    row: row.number,
  }));
}

/** How many examples have no text but white space. */
export function countEmpty(examples: readonly TextExample[]): number {
  return examples.filter(({ text, pair }) => text.trim() === '' && (pair ?? '').trim() === '').length;
}
