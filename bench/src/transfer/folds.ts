import { readFileSync } from 'node:fs';

import { parse } from 'csv-parse/sync';

import { generator } from '../random.js';

/** A labelled sentence. */
export interface Review {
  readonly text: string;
  readonly label: string;
}

/** What is trained on and what is tested on, both in random order. */
export interface Fold {
  readonly train: readonly Review[];
  readonly test: readonly Review[];
}

/** Reads what `sentiment data` wrote. */
export function readReviews(files: readonly string[]): Review[] {
  return files.flatMap((file) =>
    parse(readFileSync(file), { columns: true }).map((row) => {
      const { text, label } = row as Review;
      return { text, label };
    }),
  );
}

/** Writes reviews as CSV. */
export function toCsv(reviews: readonly Review[]): string {
  const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  return ['text,label', ...reviews.map(({ text, label }) => `${cell(text)},${cell(label)}`), ''].join('\n');
}

/**
 * Divides reviews into as many parts, each with every label's share; the test part of a fold is one of them, so that over
 * all folds each review is tested on once. The first examples of `train` have every label's share too, whatever their number.
 * @param seed of the order
 */
export function folds(reviews: readonly Review[], count: number, seed: number): Fold[] {
  const random = generator(seed);
  const labels = [...new Set(reviews.map(({ label }) => label))].sort();
  const byLabel = labels.map((label) =>
    shuffled(
      reviews.filter((review) => review.label === label),
      random,
    ),
  );
  return Array.from({ length: count }, (_, fold) => {
    const parts = (isTest: boolean): Review[] =>
      interleaved(byLabel.map((each) => each.filter((_review, at) => (at % count === fold) === isTest)));
    return { train: parts(false), test: parts(true) };
  });
}

/** One of each in turn, as long as there are any. */
function interleaved<Value>(lists: readonly (readonly Value[])[]): Value[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) =>
    lists.flatMap((list) => (at < list.length ? [list[at]] : [])),
  ).flat();
}

function shuffled<Value>(values: readonly Value[], random: () => number): Value[] {
  const result = [...values];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [result[at], result[other]] = [result[other], result[at]];
  }
  return result;
}
