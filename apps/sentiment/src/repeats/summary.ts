import type { Report } from '../report/format.js';
import { layOut } from '../report/format.js';
import type { RepeatPlan } from './plan.js';
import { studentT } from './student-t.js';

/** Figures of one run by name; null where its examples leave one undefined. */
export type Figures = Readonly<Record<string, number | null>>;

/** A figure over several runs. */
export interface RepeatedFigure {
  /** Mean over the runs; null where one of them leaves it undefined. */
  readonly mean: number | null;
  /** Standard deviation, with one degree of freedom less. */
  readonly sd: number | null;
  /** 95 % interval of the mean. */
  readonly interval: readonly [number, number] | null;
  /** Of each run. */
  readonly values: readonly (number | null)[];
}

/** The figures of a report that are single numbers. */
export function figuresOf(report: Report): Figures {
  const first: Figures =
    report.kind === 'classification'
      ? { accuracy: report.accuracy }
      : report.kind === 'multi-label'
        ? { 'exact match': report.exactMatch }
        : { 'mean squared error': report.meanSquaredError, R2: report.r2 };
  return { ...first, ...Object.fromEntries(report.figures.map(({ name, value }) => [name, value])) };
}

/**
 * Mean, deviation and Student's 95 % interval of every figure. Folds share most of what they learn from, so that their
 * deviation says too little: their interval is that of Nadeau and Bengio ("Inference for the Generalization Error", 2003),
 * with 1/n + 1/(n - 1) in the place of 1/n.
 */
export function repeatedFigures(
  kind: RepeatPlan['kind'],
  runs: readonly Figures[],
): Record<string, RepeatedFigure> {
  const count = runs.length;
  const share = 1 / count + (kind === 'folds' ? 1 / (count - 1) : 0);
  const ofName = (name: string): RepeatedFigure => {
    const values = runs.map((figures) => figures[name] ?? null);
    const known = values.filter((value) => value !== null);
    if (known.length < count) return { mean: null, sd: null, interval: null, values };
    const mean = known.reduce((sum, value) => sum + value, 0) / count;
    const sd = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
    const reach = studentT(count - 1) * sd * Math.sqrt(share);
    return { mean, sd, interval: [mean - reach, mean + reach], values };
  };
  return Object.fromEntries(Object.keys(runs[0] ?? {}).map((name) => [name, ofName(name)]));
}

/** A table of the figures: mean, deviation, interval, and the runs where they are few. */
export function summaryTable(
  names: readonly string[],
  figures: Readonly<Record<string, RepeatedFigure>>,
): string[] {
  const decimals = (value: number | null | undefined): string =>
    value === null || value === undefined ? 'undefined' : value.toFixed(4);
  const shown = names.length > 5 ? [] : names;
  return layOut([
    ['figure', 'mean', 'sd', 'low', 'high', ...shown],
    ...Object.entries(figures).map(([name, { mean, sd, interval, values }]) => [
      name,
      ...[mean, sd, interval?.[0], interval?.[1]].map(decimals),
      ...shown.map((_, at) => decimals(values[at])),
    ]),
  ]);
}
