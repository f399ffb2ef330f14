import { BenchError } from './errors.js';
import type { Compared } from './compare.js';
import type { LoadTiming } from './work/load-requests.js';
import type { InferenceTiming, TrainStepTiming } from './work/requests.js';

/** Cross-entropy of two classes before anything is learnt. */
const UNTRAINED = Math.LN2;
const TOLERANCE = 0.5;

/** Sums in float64 of the same values in another order. */
const SUM_TOLERANCE = 1e-9;

/**
 * Refuses the figures of a side that did not compute what it should: with random weights two classes are equally likely
 * at first, and training on one batch over and over makes the loss fall.
 * @throws BenchError `wrong-figures`
 */
export function checkLosses(side: string, { first_loss, last_loss }: TrainStepTiming): void {
  checkFirstLoss(side, { first_loss }, UNTRAINED);
  if (!(last_loss > 0 && last_loss < UNTRAINED + TOLERANCE)) {
    throw wrong(side, `last loss ${last_loss}, expected one above 0 that has not grown`);
  }
}

/** The first half of it, for any task. @param expected loss of a guess @throws BenchError `wrong-figures` */
export function checkFirstLoss(
  side: string,
  { first_loss }: Pick<TrainStepTiming, 'first_loss'>,
  expected: number,
): void {
  if (Math.abs(first_loss - expected) < TOLERANCE) return;
  throw wrong(side, `first loss ${first_loss}, expected one near ${expected.toFixed(3)}, that of a guess`);
}

/** The same of predictions. @throws BenchError `wrong-figures` */
export function checkProbabilities(side: string, { mean_probability }: InferenceTiming): void {
  if (mean_probability > 0.1 && mean_probability < 0.9) return;
  throw wrong(
    side,
    `mean probability ${mean_probability} of the first of two classes, expected one near 1/2`,
  );
}

/** Refuses loads of which one has other values than the rest. @throws BenchError `wrong-figures` */
export function checkSums(name: string, { ours, peer }: Compared<LoadTiming>): void {
  const sums = [...ours, ...peer].map(({ checksum }) => checksum);
  const [first] = sums;
  for (const sum of sums) {
    if (Math.abs(sum - first) <= SUM_TOLERANCE * Math.max(1, Math.abs(first))) continue;
    throw wrong(name, `the pooler's weight sums to ${sum} after one load and to ${first} after another`);
  }
}

function wrong(side: string, what: string): BenchError {
  return new BenchError('wrong-figures', `${side}: ${what}. Its times are not counted.`);
}
