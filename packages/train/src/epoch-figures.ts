import { type PaddingFigures, paddingWaste } from './batching.js';

/** Sums over the steps of an epoch. */
export interface EpochSums extends PaddingFigures {
  /** of the losses, each times its weight */
  readonly loss: number;
  /** of the weights */
  readonly weight: number;
  /** that the steps took */
  readonly seconds: number;
  /** of the last step; 0 before the first */
  readonly learningRate: number;
}

const NOTHING: EpochSums = {
  loss: 0,
  weight: 0,
  seconds: 0,
  learningRate: 0,
  tokens: 0,
  paddedTokens: 0,
};

/** Adds up the figures of an epoch step by step. */
export class EpochFigures {
  /** @param sums of the steps that a former process took */
  constructor(private added: EpochSums = NOTHING) {}

  /** What has been added up. */
  get sums(): EpochSums {
    return this.added;
  }

  /**
   * @param loss weighted mean of the step
   * @param weight what it was divided by
   * @param seconds the step took
   */
  add(loss: number, weight: number, learningRate: number, padding: PaddingFigures, seconds: number): void {
    const { added } = this;
    this.added = {
      loss: added.loss + loss * weight,
      weight: added.weight + weight,
      seconds: added.seconds + seconds,
      learningRate,
      tokens: added.tokens + padding.tokens,
      paddedTokens: added.paddedTokens + padding.paddedTokens,
    };
  }

  /** Whether no step was added. */
  get isEmpty(): boolean {
    return this.added.weight === 0; // a step weighs more than 0
  }

  /** Share of padding so far, in [0, 1). */
  get paddingWaste(): number {
    return paddingWaste(this.added);
  }

  /** The epoch's own figures: the loss is the mean over its steps, each before its update. */
  logs(): Record<string, number> {
    const { loss, weight, learningRate, tokens, seconds } = this.added;
    return {
      loss: loss / weight,
      learningRate,
      paddingWaste: this.paddingWaste,
      tokensPerSecond: tokens / seconds,
    };
  }
}
