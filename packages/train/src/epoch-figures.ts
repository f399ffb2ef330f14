import { type PaddingFigures, paddingWaste } from './batching.js';

/** Adds up the figures of an epoch step by step. */
export class EpochFigures {
  private loss = 0;
  private weight = 0;
  private seconds = 0;
  private padding: PaddingFigures = { tokens: 0, paddedTokens: 0 };
  private learningRate = NaN;

  /**
   * @param loss weighted mean of the step
   * @param weight what it was divided by
   * @param seconds the step took
   */
  add(loss: number, weight: number, learningRate: number, padding: PaddingFigures, seconds: number): void {
    this.loss += loss * weight;
    this.weight += weight;
    this.seconds += seconds;
    this.learningRate = learningRate;
    this.padding = {
      tokens: this.padding.tokens + padding.tokens,
      paddedTokens: this.padding.paddedTokens + padding.paddedTokens,
    };
  }

  /** Whether no step was added. */
  get isEmpty(): boolean {
    return this.weight === 0; // a step weighs more than 0
  }

  /** Share of padding so far, in [0, 1). */
  get paddingWaste(): number {
    return paddingWaste(this.padding);
  }

  /** The epoch's own figures: the loss is the mean over its steps, each before its update. */
  logs(): Record<string, number> {
    return {
      loss: this.loss / this.weight,
      learningRate: this.learningRate,
      paddingWaste: this.paddingWaste,
      tokensPerSecond: this.padding.tokens / this.seconds,
    };
  }
}
