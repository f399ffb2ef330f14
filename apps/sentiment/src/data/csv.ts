import { CsvError, parse } from 'csv-parse/sync';

import { AppError } from '../errors.js';
import { placeOf, type Row, type Table } from './table.js';

interface ParsedRecord {
  readonly cells: readonly string[];
  /** Line on which the record begins, from 1. */
  readonly line: number;
}

function countMatches(cells: readonly string[], pattern: RegExp): number {
  return cells.reduce((sum, cell) => sum + (cell.match(pattern)?.length ?? 0), 0);
}

function parseRecords(text: string, named: string, delimiter: ',' | '\t'): readonly ParsedRecord[] {
  const records: ParsedRecord[] = [];
  // The parser counts a CRLF inside quotes as two lines.
  let countedTwice = 0;
  let nextLine = 1;
  try {
    parse(text, {
      bom: true,
      delimiter,
      max_record_size: 0,
      // Checked below, where the row and both counts can be named.
      relax_column_count: true,
      // Tab-separated files are mostly written without quoting, so there a quote inside a cell is only a letter.
      relax_quotes: delimiter === '\t',
      skip_empty_lines: true,
      on_record: (cells: string[], { lines }) => {
        countedTwice += countMatches(cells, /\r\n/g);
        const last = lines - countedTwice;
        nextLine = last + 1;
        records.push({ cells, line: last - countMatches(cells, /\r\n|\n|\r/g) });
        return null;
      },
    });
    return records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw brokenQuotes(error, named, delimiter, nextLine);
  }
}

function brokenQuotes(error: CsvError, named: string, delimiter: ',' | '\t', firstLine: number): AppError {
  const unclosed = error.code === 'CSV_QUOTE_NOT_CLOSED';
  return new AppError('broken-quotes', {
    where: `${named}, line ${firstLine}`,
    expected: 'quotes as in RFC 4180',
    found: unclosed
      ? 'a quote in the record that begins here and is never closed'
      : 'a quote inside a cell that does not begin with one, or text after the closing quote',
    remedy:
      delimiter === ','
        ? 'Put the cell into quotes and double each quote inside it: "say ""hi""".'
        : 'A cell that begins with a quote must end with one; double each quote inside it: """hi"" she said".',
    cause: error,
  });
}

function checkHeader(header: readonly string[], named: string): void {
  const seen = new Set<string>();
  for (const [index, column] of header.entries()) {
    if (!seen.has(column)) {
      seen.add(column);
      continue;
    }
    throw new AppError('duplicate-column', {
      where: `${named}, header`,
      expected: 'each column once',
      found: `'${column}' again as column ${index + 1}`,
      remedy: 'Rename one of the two.',
    });
  }
}

/**
 * Reads comma- or tab-separated text with a header, as in RFC 4180; blank lines are skipped.
 * @throws AppError `broken-quotes`, `empty-file`, `duplicate-column`, `column-count`
 */
export function parseCsv(text: string, named: string, delimiter: ',' | '\t'): Table {
  const [first, ...records] = parseRecords(text, named, delimiter);
  const header = first?.cells.map((column) => column.trim());
  if (header === undefined || records.length === 0) {
    throw new AppError('empty-file', {
      where: named,
      expected: 'a header and at least one row',
      found: header ? `only the header (${header.join(', ')})` : 'blank lines only',
      remedy: 'Was it written to the end?',
    });
  }
  checkHeader(header, named);
  const rows = records.map(({ cells, line }, index): Row => {
    const row = { number: index + 1, line };
    if (cells.length !== header.length) throw columnCount(named, row, header, cells, delimiter);
    return { ...row, cells: Object.fromEntries(header.map((column, at) => [column, cells[at]])) };
  });
  return { named, columns: header, rows };
}

function columnCount(
  named: string,
  row: { readonly number: number; readonly line: number },
  header: readonly string[],
  record: readonly string[],
  delimiter: ',' | '\t',
): AppError {
  const start = JSON.stringify(record.join(delimiter).slice(0, 60));
  return new AppError('column-count', {
    where: placeOf(named, row),
    expected: `${header.length} columns (${header.join(', ')})`,
    found: `${record.length}: ${start}`,
    remedy:
      record.length > header.length
        ? `Put a cell that holds a ${delimiter === ',' ? 'comma' : 'tab'} into quotes.`
        : 'Add the missing cells; an empty cell still needs its separator.',
  });
}
