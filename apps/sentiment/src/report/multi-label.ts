import type { Example, LabelSpace } from '../data/labels.js';
import { shownText, type Mistake } from './classification.js';
import { classScores, mean, shareInterval, type ClassScores } from './statistics.js';

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
  const tally = names.map((name) => ({ name, hits: 0, guesses: 0, support: 0 }));
  const mistakes: Mistake[] = [];
  let exact = 0;
  for (const [index, example] of examples.entries()) {
    let right = true;
    for (const [at, counts] of tally.entries()) {
      const probability = probabilities[index * names.length + at] ?? 0;
      const [said, is] = [probability >= 0.5, example.target[at] === 1];
      if (said) counts.guesses++;
      if (is) counts.support++;
      if (said && is) counts.hits++;
      if (said === is) continue;
      right = false;
      mistakes.push({
        text: shownText(example),
        truth: is ? counts.name : `not ${counts.name}`,
        guess: said ? counts.name : `not ${counts.name}`,
        probability: said ? probability : 1 - probability,
      });
    }
    if (right) exact++;
  }
  const classes = tally.map(({ name, hits, guesses, support }) => classScores(name, hits, guesses, support));
  const sum = (key: 'hits' | 'guesses' | 'support'): number =>
    tally.reduce((total, each) => total + each[key], 0);
  return {
    kind: 'multi-label',
    examples: examples.length,
    exactMatch: examples.length === 0 ? 0 : exact / examples.length,
    interval: shareInterval(exact, examples.length),
    microF1: classScores('', sum('hits'), sum('guesses'), sum('support')).f1,
    macroF1: mean(classes.map(({ f1 }) => f1)),
    classes,
    mistakes: mistakes.sort((a, b) => b.probability - a.probability).slice(0, 5),
  };
}
