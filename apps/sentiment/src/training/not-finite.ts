import { AppError } from '../errors.js';
import type { Io } from '../io.js';
import { shellPath } from '../output-directory.js';
import type { Failure } from './run-callbacks.js';

/**
 * The error of a training that NaN or an infinity has ended.
 * @param saved folder with the weights before that step; undefined where it was the first
 */
export function notFinite({ step, message, savedTo }: Failure, saved: string | undefined, io: Io): AppError {
  const found = / found (.*?)\. /.exec(message)?.[1] ?? message;
  const batch = savedTo === undefined ? '' : ` Its batch is in ${shellPath(savedTo, io.cwd)}.`;
  const before =
    saved === undefined
      ? ''
      : ` The weights before it are saved, not evaluated: ${shellPath(saved, io.cwd)}.`;
  return new AppError('not-finite', {
    where: `training, step ${step + 1}`,
    expected: 'a finite loss and finite gradients',
    found,
    remedy: `Lower --learning-rate, raise --warmup-ratio, or leave --clip-norm at 1; in the first step look at labels and weights.${batch}${before}`,
  });
}
