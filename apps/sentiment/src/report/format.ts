import type { ClassificationReport, Mistake } from './classification.js';
import type { Figure } from './figures.js';
import type { MultiLabelReport } from './multi-label.js';
import type { RegressionReport } from './regression.js';
import type { ClassScores } from './statistics.js';

/** What a run ends with. */
export type Report = ClassificationReport | MultiLabelReport | RegressionReport;

/** Classes beyond this many are left to `run.json`: a wider table does not fit a terminal. */
const widestConfusion = 12;

/** Columns set side by side, the first to the left, the others to the right. */
export function layOut(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) =>
    `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')}`.trimEnd(),
  );
}

function shorten(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const points = [...line];
  return points.length > length ? `${points.slice(0, length - 3).join('')}...` : line;
}

/** Four decimals: the test sets here have hundreds of examples, not ten thousands. */
function decimals(value: number): string {
  return value.toFixed(4);
}

function share(value: number, [low, high]: readonly [number, number], examples: number): string {
  return `${decimals(value)} (95 % interval ${decimals(low)} to ${decimals(high)}, ${examples} examples)`;
}

function classTable(classes: readonly ClassScores[]): string[] {
  return layOut([
    ['class', 'precision', 'recall', 'F1', 'examples'],
    ...classes.map(({ name, precision, recall, f1, support }) => [
      shorten(name, 30),
      decimals(precision),
      decimals(recall),
      decimals(f1),
      String(support),
    ]),
  ]);
}

function figureTable(figures: readonly Figure[]): string[] {
  if (figures.length === 0) return [];
  const orNone = (value: number | undefined): string => (value === undefined ? '-' : decimals(value));
  const table = layOut([
    ['figure', 'value', 'low', 'high'],
    ...figures.map(({ name, value, interval }) => [
      name,
      value === null ? 'undefined' : decimals(value),
      orNone(interval?.[0]),
      orNone(interval?.[1]),
    ]),
  ]);
  return ['further figures, with the bounds of their 95 % bootstrap intervals', ...table];
}

function mistakeLines(title: string, mistakes: readonly Mistake[]): string[] {
  if (mistakes.length === 0) return ['no mistakes'];
  return [
    title,
    ...mistakes.map(
      ({ text, truth, guess, probability }) =>
        `  ${probability.toFixed(3)} ${guess}, in truth ${truth}: ${shorten(text, 90) || '(empty text)'}`,
    ),
  ];
}

function classificationLines(report: ClassificationReport, of: string): string[] {
  const names = report.classes.map(({ name }) => shorten(name, 14));
  const confusion =
    names.length > widestConfusion
      ? [`confusion matrix of ${names.length} classes: see run.json or --json`]
      : [
          'confusion matrix (row: truth, column: guess)',
          ...layOut([
            ['', ...names],
            ...report.confusion.map((row, at) => [names[at] ?? '', ...row.map(String)]),
          ]),
        ];
  return [
    `${of} accuracy: ${share(report.accuracy, report.interval, report.examples)}`,
    ...confusion,
    ...classTable(report.classes),
    ...figureTable(report.figures),
    ...mistakeLines('most confident mistakes', report.mistakes),
  ];
}

function multiLabelLines(report: MultiLabelReport, of: string): string[] {
  return [
    `${of} exact match: ${share(report.exactMatch, report.interval, report.examples)}`,
    `micro F1: ${decimals(report.microF1)}, macro F1: ${decimals(report.macroF1)}`,
    ...classTable(report.classes),
    ...figureTable(report.figures),
    ...mistakeLines('most confident wrong decisions', report.mistakes),
  ];
}

function regressionLines(report: RegressionReport, of: string): string[] {
  const orNone = (value: number | null): string =>
    value === null ? 'undefined (constant)' : decimals(value);
  return [
    `${of} mean squared error: ${decimals(report.meanSquaredError)} (${report.examples} examples)`,
    `mean absolute error: ${decimals(report.meanAbsoluteError)}, R2: ${orNone(report.r2)}, Pearson: ${orNone(report.pearson)}, Spearman: ${orNone(report.spearman)}`,
    ...figureTable(report.figures),
    'farthest guesses',
    ...report.mistakes.map(
      ({ text, truth, guess }) =>
        `  ${decimals(guess)}, in truth ${decimals(truth)}: ${shorten(text, 90) || '(empty text)'}`,
    ),
  ];
}

/** Lines of a report. @param of which examples it is on: `test` or `valid` */
export function formatReport(report: Report, of: string): string[] {
  switch (report.kind) {
    case 'classification':
      return classificationLines(report, of);
    case 'multi-label':
      return multiLabelLines(report, of);
    case 'regression':
      return regressionLines(report, of);
  }
}
