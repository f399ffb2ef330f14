import { AppError } from '../errors.js';
import type { Row, Table } from './table.js';

/**
 * Reads JSON Lines: one object a line, blank lines skipped. The columns are the union of the keys.
 * @throws AppError `broken-json`, `empty-file`
 */
export function parseJsonLines(text: string, named: string): Table {
  const rows: Row[] = [];
  const columns = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const cells = parseLine(line, `${named}, line ${index + 1}`);
    for (const key of Object.keys(cells)) columns.add(key);
    rows.push({ number: rows.length + 1, line: index + 1, cells });
  }
  if (rows.length === 0) {
    throw new AppError('empty-file', {
      where: named,
      expected: 'one JSON object a line',
      found: 'blank lines only',
      remedy: 'Was it written to the end?',
    });
  }
  return { named, columns: [...columns], rows };
}

function parseLine(line: string, where: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new AppError('broken-json', {
      where,
      expected: 'one JSON object',
      found: `${JSON.stringify(line.slice(0, 60))} (${(error as Error).message})`,
      remedy: 'Write each object on one line, its keys in double quotes.',
      cause: error,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new AppError('broken-json', {
    where,
    expected: 'one JSON object',
    found: Array.isArray(value) ? 'a list' : JSON.stringify(value).slice(0, 60),
    remedy: 'A file that is one JSON list becomes JSON Lines with: jq -c ".[]" IN > OUT.',
  });
}
