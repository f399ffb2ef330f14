import { type ClassCounts, scoreOfClass, wilsonInterval } from '@bertune/train';

/** Wilson's 95 % interval of a share; [0, 1], which says nothing, without examples. */
export function shareInterval(successes: number, total: number): readonly [number, number] {
  if (total === 0) return [0, 1];
  const { low, high } = wilsonInterval(successes, total);
  return [low, high];
}

/** Precision, recall, F1 and support of one class. */
export interface ClassScores {
  /** Class name. */
  readonly name: string;
  /** Share of the guesses of this class that are right; 0 when there is none. */
  readonly precision: number;
  /** Share of the examples of this class that were found; 0 when there is none. */
  readonly recall: number;
  /** Harmonic mean of both; 0 when both are. */
  readonly f1: number;
  /** Examples of this class. */
  readonly support: number;
}

/** Scores of one class from its counts. */
export function classScores(name: string, counts: ClassCounts): ClassScores {
  const { precision, recall, f } = scoreOfClass(counts);
  return { name, precision, recall, f1: f, support: counts.truePositives + counts.falseNegatives };
}
