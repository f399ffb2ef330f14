import { goldenPath, readGoldenJson } from '@bertune/testkit';

/** A number as golden files write it; an object: the reference refuses, ours may throw or give NaN. */
export type Num = number | 'NaN' | 'Infinity' | '-Infinity' | { error: string };

export interface Scores {
  readonly precision: Num;
  readonly recall: Num;
  readonly f1: Num;
}

export interface GoldenMetrics {
  readonly classification: readonly {
    name: string;
    y: number[];
    p: number[];
    expected: Record<string, unknown>;
  }[];
  readonly binary_scores: readonly {
    name: string;
    y: number[];
    scores: Num[];
    expected: Record<string, unknown>;
  }[];
  readonly regression: readonly { name: string; y: Num[]; p: Num[]; expected: Record<string, Num> }[];
  readonly multiclass: readonly {
    name: string;
    y: number[];
    prob: number[][];
    expected: Record<string, unknown>;
  }[];
  readonly multilabel: readonly {
    name: string;
    Y: number[][];
    prob: number[][];
    expected: Record<string, Num | Scores>;
  }[];
  readonly entities: readonly {
    name: string;
    sentences: { true: string[]; pred: string[] }[];
    expected: Scores;
  }[];
}

/** scikit-learn 1.9.1, scipy 1.17.1, nltk 3.10.3 */
export const golden = readGoldenJson<GoldenMetrics>(goldenPath('metrics/metrics.json.gz'));

export function toNumber(value: unknown): number {
  return typeof value === 'object' ? NaN : Number(value);
}

/** Fails unless both agree within 1e-9 (absolute, or relative above 1), NaN and infinities included. */
export function expectSame(actual: number, expected: unknown, what: string): void {
  const wanted = toNumber(expected);
  const same = Object.is(actual, wanted) || Math.abs(actual - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted));
  if (!same) throw new Error(`${what}: expected ${wanted}, found ${actual}`);
}

/** `expectSame` of lists; a refusal of the reference must be one of ours. */
export function expectSameList(actual: ArrayLike<number>, expected: readonly unknown[], what: string): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: expected ${expected.length} values, found ${actual.length}`);
  }
  expected.forEach((value, i) => expectSame(actual[i], value, `${what}[${i}]`));
}

export function isRefusal(expected: unknown): boolean {
  return typeof expected === 'object' && expected !== null && 'error' in expected;
}
