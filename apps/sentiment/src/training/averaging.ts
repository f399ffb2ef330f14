import { ExponentialMovingAverage, StochasticWeightAveraging, type WeightAveraging } from '@bertune/train';

import { AppError } from '../errors.js';
import type { TrainSettings } from './settings.js';

type AveragingSettings = Pick<TrainSettings, 'average' | 'emaDecay' | 'swaStart' | 'epochs'>;

/**
 * Checks the options about averages of the weights against each other.
 * @throws AppError `usage`
 */
export function checkAveragingOptions({ average, emaDecay, swaStart, epochs }: AveragingSettings): void {
  if (emaDecay !== undefined && average !== 'ema') throw aside('--ema-decay', '--average ema', average);
  if (swaStart !== undefined && average !== 'swa') throw aside('--swa-start', '--average swa', average);
  if (average !== 'swa') return;
  const first = firstOf(swaStart, epochs);
  if (first < epochs) return;
  throw new AppError('usage', {
    where: swaStart === undefined ? '--average swa' : '--swa-start',
    expected: 'at least two epochs to take the mean of',
    found: `epoch ${first} of ${epochs} alone`,
    remedy: `Use more --epochs${epochs > 1 ? ', or begin earlier with --swa-start' : ', or --average ema'}.`,
  });
}

function aside(where: string, expected: string, average: string): AppError {
  const remedy = `Add ${expected}, or leave ${where} out.`;
  return new AppError('usage', {
    where,
    expected: `${expected} with it`,
    found: `--average ${average}`,
    remedy,
  });
}

/** The first epoch, from 1, whose weights are in the mean. */
function firstOf(swaStart: number | undefined, epochs: number): number {
  return swaStart ?? Math.max(1, Math.min(epochs - 1, Math.floor(0.75 * epochs) + 1));
}

/** The callback that `--average` asks for. */
export function averagingOf(settings: AveragingSettings): WeightAveraging | undefined {
  const { average, emaDecay, swaStart, epochs } = settings;
  if (average === 'ema')
    return new ExponentialMovingAverage({ warmup: true, ...(emaDecay !== undefined && { decay: emaDecay }) });
  if (average === 'swa') return new StochasticWeightAveraging({ startEpoch: firstOf(swaStart, epochs) - 1 });
  return undefined;
}
