import { mean, standardDeviation } from '../statistics.js';

/** Two-sided 95 % quantiles of Student's t with 1, 2, … degrees of freedom. */
const T95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262] as const;
const NORMAL95 = 1.96;

/** Accuracies of one start with one number of examples, over the seeds. */
export interface Summary {
  readonly start: string;
  readonly examples: number;
  /** of each seed, in their order */
  readonly accuracies: readonly number[];
  readonly mean: number;
  /** half the 95 % interval of the mean, by Student's t over the seeds; NaN of fewer than two */
  readonly margin: number;
}

/** Mean and interval of accuracies. */
export function summarize(start: string, examples: number, accuracies: readonly number[]): Summary {
  const { length } = accuracies;
  const quantile = T95[length - 2] ?? NORMAL95;
  const margin = length < 2 ? NaN : (quantile * standardDeviation(accuracies)) / Math.sqrt(length);
  return { start, examples, accuracies, mean: mean(accuracies), margin };
}

/** Whether one is above the other, and their intervals do not touch. */
export function isApart(above: Summary, below: Summary): boolean {
  return above.mean - above.margin > below.mean + below.margin;
}

/** The table as Markdown: a row a start, a column a number of examples. */
export function markdownTable(summaries: readonly Summary[]): string[] {
  const starts = [...new Set(summaries.map(({ start }) => start))];
  const sizes = [...new Set(summaries.map(({ examples }) => examples))].sort((a, b) => a - b);
  const cell = (start: string, examples: number): string => {
    const found = summaries.find((each) => each.start === start && each.examples === examples);
    if (!found) return '';
    const percent = (share: number): string => (100 * share).toFixed(1);
    return Number.isNaN(found.margin)
      ? percent(found.mean)
      : `${percent(found.mean)} ± ${percent(found.margin)}`;
  };
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['start', ...sizes.map((size) => `${size.toLocaleString('en')} examples`)]),
    line(['---', ...sizes.map(() => '---')]),
    ...starts.map((start) => line([start, ...sizes.map((size) => cell(start, size))])),
  ];
}
