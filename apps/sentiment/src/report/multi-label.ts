import { averageScore, multiLabelCounts, subsetAccuracyScore } from '@bertune/train';

import type { Example, LabelSpace } from '../data/labels.js';
import { multiLabelFigures, type Figure } from './figures.js';
import { shownText, type Mistake } from './classification.js';
import { classScores, shareInterval, type ClassScores } from './statistics.js';

/** How well sets of classes are told; a class counts as said from probability 0.5. */
export interface MultiLabelReport {
  /** Kind of report. */
  readonly kind: 'multi-label';
  /** Number of examples. */
  readonly examples: number;
  /** Share of examples with every class right. */
  readonly exactMatch: number;
  /** Wilson's 95 % interval of the exact matches. */
  readonly interval: readonly [number, number];
  /** F1 over all decisions. */
  readonly microF1: number;
  /** Mean F1 of the classes. */
  readonly macroF1: number;
  /** Further figures with their 95 % bootstrap intervals; none without examples. */
  readonly figures: readonly Figure[];
  /** Scores by class. */
  readonly classes: readonly ClassScores[];
  /** The five surest wrong decisions. */
  readonly mistakes: readonly Mistake[];
}

/** Report on multi-label tasks. @param probabilities [N, C] row-major */
export function multiLabelReport(
  examples: readonly Example[],
  probabilities: ArrayLike<number>,
  { names }: LabelSpace,
): MultiLabelReport {
  const columns = names.length;
  const labels = examples.flatMap(({ target }) => [...target]);
  const predictions = Array.from(probabilities, (probability) => Number(probability >= 0.5));
  const mistakes: Mistake[] = [];
  for (const [at, said] of predictions.entries()) {
    const name = names[at % columns] ?? '';
    const probability = probabilities[at] ?? 0;
    const example = examples[Math.floor(at / columns)];
    if (!example || said === labels[at]) continue;
    mistakes.push({
      text: shownText(example),
      truth: said === 1 ? `not ${name}` : name,
      guess: said === 1 ? name : `not ${name}`,
      probability: said === 1 ? probability : 1 - probability,
    });
  }
  const counts = multiLabelCounts(labels, predictions, columns);
  const exactMatch = examples.length === 0 ? 0 : subsetAccuracyScore(labels, predictions, columns);
  return {
    kind: 'multi-label',
    examples: examples.length,
    exactMatch,
    interval: shareInterval(Math.round(exactMatch * examples.length), examples.length),
    microF1: averageScore(counts, 'micro').f,
    macroF1: averageScore(counts, 'macro').f,
    figures: multiLabelFigures({ labels, predictions, scores: probabilities }, columns),
    classes: counts.map((count, at) => classScores(names[at] ?? '', count)),
    mistakes: mistakes.sort((a, b) => b.probability - a.probability).slice(0, 5),
  };
}
