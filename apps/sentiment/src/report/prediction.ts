import { argMax } from '@bertune/train';

import type { LabelSpace } from '../data/labels.js';
import type { TextExample } from '../data/read-examples.js';

function digits(value: number): string {
  return value.toFixed(4);
}

/** A cell of tab-separated values without quoting: white space inside becomes one space. */
function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Label, probability and text of one prediction as TSV cells. */
function cells(scores: Float32Array, { task, names }: LabelSpace): string[] {
  if (task === 'regression') return [digits(scores[0] ?? 0)];
  if (task === 'multi-label') {
    const said = names
      .map((name, at) => ({ name, score: scores[at] ?? 0 }))
      .filter(({ score }) => score >= 0.5);
    return [said.map(({ name }) => cell(name)).join('|'), said.map(({ score }) => digits(score)).join('|')];
  }
  const best = argMax(scores);
  return [cell(names[best] ?? ''), digits(scores[best] ?? 0)];
}

function object(scores: Float32Array, { task, names }: LabelSpace): Record<string, unknown> {
  if (task === 'regression') return { value: scores[0] };
  const probabilities = Object.fromEntries(names.map((name, at) => [name, scores[at]]));
  if (task === 'multi-label')
    return { labels: names.filter((_, at) => (scores[at] ?? 0) >= 0.5), probabilities };
  const best = argMax(scores);
  return { label: names[best], probability: scores[best], probabilities };
}

/**
 * One line about one text. TSV: label, probability, text; several labels and their probabilities are joined by `|`;
 * a regression has a value instead of both. JSON: the same, with the probability of every class.
 * @param scores [C], as `scoreExamples` gives them
 */
export function formatPrediction(
  { text, pair }: TextExample,
  scores: Float32Array,
  labels: LabelSpace,
  json: boolean,
): string {
  const input = pair === undefined ? { text } : { text, pair };
  if (json) return JSON.stringify({ ...input, ...object(scores, labels) });
  return [...cells(scores, labels), ...Object.values(input).map(cell)].join('\t');
}
