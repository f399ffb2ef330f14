import type { RangeTest } from '@bertune/train';

import type { TrainingRecord } from '../run-record.js';

/** Everything about a range test: what `learning-rate.json` holds. */
export interface RangeRecord
  extends Pick<TrainingRecord, 'options' | 'versions' | 'backend' | 'seed' | 'started'>, RangeTest {
  /** The command that wrote this. */
  readonly command: 'find-learning-rate';
  /** Training examples. */
  readonly examples: number;
  /** Times that they were gone through. */
  readonly passes: number;
  /** Optimizer steps of the whole range. */
  readonly plannedSteps: number;
  /** Of the test alone. */
  readonly seconds: number;
}

/** A learning rate with two digits, as it would be typed: `3.1e-4`. */
export function shortRate(rate: number): string {
  const short = Number(rate.toPrecision(2));
  return short < 0.01 ? short.toExponential() : String(short);
}

/** The curve as a file that spreadsheets open. */
export function rangeCsv({ learningRates, losses, smoothedLosses }: RangeTest): string {
  const rows = learningRates.map((rate, step) => [step + 1, rate, losses[step], smoothedLosses[step]]);
  return [['step', 'learning_rate', 'loss', 'smoothed_loss'], ...rows]
    .map((row) => `${row.join(',')}\n`)
    .join('');
}

/** How a range test ended, in a few words. */
export function endingOf({ ended, losses, smoothedLosses, plannedSteps }: RangeRecord): string {
  const times = (smoothedLosses.at(-1) ?? NaN) / Math.min(...smoothedLosses);
  const how = {
    completed: 'to its end',
    diverged: `ended where the smoothed loss was ${times.toFixed(1)} times its lowest`,
    'not-finite': 'ended where the loss or the gradients were no longer finite',
    aborted: 'interrupted',
  }[ended];
  return `${losses.length} of ${plannedSteps} steps, ${how}`;
}
