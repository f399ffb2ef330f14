/**
 * Asynchronous successive halving (ASHA; Li et al., "A System for Massively Parallel Hyperparameter Tuning", 2020), in the
 * form that ends trials: at each rung a trial goes on if it is among the best 1 / eta of all that have come so far.
 */
export class SuccessiveHalving {
  /** Scores by rung; higher is better. */
  private readonly scores = new Map<number, number[]>();

  constructor(
    /** Only one in this many goes on from each rung. */
    readonly eta: number,
  ) {}

  /** Whether trials are compared after this epoch, from 1: 1, eta, eta^2, ... */
  isRung(epoch: number): boolean {
    let rung = 1;
    while (rung < epoch) rung *= this.eta;
    return rung === epoch;
  }

  /**
   * Notes what a trial has reached at a rung.
   * @param score higher is better
   * @returns whether the trial goes on: of the first `eta - 1` at a rung only what is the best so far, since a share of
   * fewer than `eta` is no trial at all
   */
  report(rung: number, score: number): boolean {
    const scores = this.scores.get(rung) ?? [];
    this.scores.set(rung, scores);
    const better = scores.filter((other) => other > score).length;
    scores.push(score);
    return better < Math.max(1, Math.floor(scores.length / this.eta));
  }
}
