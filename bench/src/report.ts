import { type Machine } from './machine.js';
import { keepsPromise, type Row } from './row.js';

/** What a run writes. */
export interface Report {
  /** name of the benchmark */
  readonly benchmark: string;
  /** when it began, ISO 8601 */
  readonly date: string;
  /** what was run, to be copied */
  readonly command: string;
  /** figures of a smoke run mean nothing */
  readonly smoke: boolean;
  /** times each side was run */
  readonly rounds: number;
  readonly machine: Machine;
  /** what computed on each side, in words */
  readonly engines: { readonly ours?: string; readonly peer?: string };
  readonly versions: Readonly<Record<string, string>>;
  /** the figures */
  readonly rows: readonly Row[];
}

/** The report as lines for a terminal. */
export function formatReport(report: Report): string[] {
  const { benchmark, rounds, smoke, machine, engines, versions, rows, date, command } = report;
  const table = [
    ['', 'ours', 'peer', 'unit', 'ratio', 'spread', 'wanted'],
    ...rows.map((row) => [
      row.name,
      number(row.ours),
      number(row.peer),
      row.unit,
      row.ratio === null ? '-' : row.ratio.toFixed(2),
      row.spread.ratio ? row.spread.ratio.map((value) => value.toFixed(2)).join('..') : '-',
      wanted(row),
    ]),
  ];
  const notes = rows.flatMap(({ name, note }) => (note ? [`${name}: ${note}`] : []));
  const title = `${benchmark}, median of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}; ratio above 1: ours is better`;
  return [
    ...(rows.length > 0 ? [title, ...layOut(table)] : []),
    ...(smoke ? ['smoke run: the figures mean nothing'] : []),
    ...notes,
    ...Object.entries(engines).map(([side, engine]) => `${side}: ${engine}`),
    `${date}: ${command}`,
    `machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}, load ${machine.load}`,
    `versions: ${Object.entries(versions)
      .map((pair) => pair.join(' '))
      .join(', ')}`,
  ];
}

function wanted(row: Row): string {
  const terms = [
    ...(row.atLeast === undefined ? [] : [`>= ${row.atLeast}`]),
    ...(row.atMost === undefined ? [] : [`<= ${row.atMost} ${row.unit}`]),
    ...(row.holds === undefined ? [] : ['within noise']),
  ];
  const kept = keepsPromise(row);
  return terms.length === 0 ? '' : `${terms.join(', ')}${kept === undefined ? '' : kept ? ' ok' : ' MISSED'}`;
}

function number(value: number | null): string {
  if (value === null) return '-';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toPrecision(3);
}

/** Columns side by side, the first to the left, figures to the right. */
function layOut(table: readonly (readonly string[])[]): string[] {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table.map((row) =>
    row
      .map((cell, column) =>
        [0, 3, 6].includes(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
}
