import { BenchError } from '../errors.js';

/**
 * Makes sure that ours computed in bfloat16 when it was asked to: on the same weights, batch and dropout the first loss
 * must then differ from that in TF32.
 * @param losses first losses of ours by the precision's name
 * @throws BenchError `wrong-figures`
 */
export function checkMixedPrecision(name: string, losses: Readonly<Record<string, number>>): void {
  if (losses.bf16 === undefined || losses.bf16 !== losses.tf32) return;
  throw new BenchError(
    'wrong-figures',
    `ours, ${name}: the loss in bfloat16 is that in TF32 to the last bit (${losses.bf16}): mixedPrecision did nothing.`,
  );
}
