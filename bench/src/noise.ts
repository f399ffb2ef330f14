import { mean, standardDeviation } from './statistics.js';

/** Whether two sides are equally accurate as far as their runs can tell. */
export interface Verdict {
  /** whether ours is no further below the peer than `noise` */
  readonly notWorse: boolean;
  /** ours less the peer's */
  readonly difference: number;
  /** what chance alone may make of it */
  readonly noise: number;
  /** in words, with means and spreads */
  readonly text: string;
}

/**
 * Compares accuracies of several seeds on the same examples. Noise is twice the standard error of the difference of the
 * means, from the spread over the seeds, and never less than one binomial standard error of one accuracy on so many
 * examples: fewer runs than that cannot tell.
 * @param ours accuracy of each seed, in [0, 1]
 * @param examples on which each was measured
 */
export function accuracyVerdict(ours: readonly number[], peer: readonly number[], examples: number): Verdict {
  const difference = mean(ours) - mean(peer);
  const ofSeeds = Math.sqrt(
    standardDeviation(ours) ** 2 / ours.length + standardDeviation(peer) ** 2 / peer.length,
  );
  const overall = mean([...ours, ...peer]);
  const ofExamples = Math.sqrt((overall * (1 - overall)) / examples);
  const noise = Math.max(2 * ofSeeds, ofExamples);
  const within = Math.abs(difference) <= noise;
  const side = (values: readonly number[]): string =>
    `${mean(values).toFixed(4)} ± ${standardDeviation(values).toFixed(4)}`;
  const text =
    `ours ${side(ours)}, peer ${side(peer)} over ${ours.length} seeds; ` +
    `difference ${difference.toFixed(4)}, ${within ? 'within' : 'outside'} the noise of ${noise.toFixed(4)}`;
  return { notWorse: difference >= -noise, difference, noise, text };
}
