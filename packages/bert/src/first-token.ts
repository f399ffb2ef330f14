import * as tf from '@tensorflow/tfjs';

import type { Bert } from './bert.js';
import type { BertInputs } from './inputs.js';

/** Gives one row of features an example. Has the shape `@bertune/train` asks of what predicts. */
export interface FeatureExtractor {
  /** those of the encoder */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** @returns [B, D] float32; caller disposes */
  predict(inputs: BertInputs): tf.Tensor2D;
}

/**
 * The last hidden state of the first token, `[CLS]`, without dropout: all that a head on the pooled output depends on. With
 * it as `lastHiddenState` of inputs of one token, the head and the pooler are trained without running the encoder again.
 * @param bert stays the caller's
 */
export function firstTokenFeatures(bert: Bert): FeatureExtractor {
  return {
    parameters: bert.parameters,
    predict: (inputs) =>
      tf.tidy(() => {
        const { lastHiddenState } = bert.encode(inputs); // [B, T, D]
        const [batch, , width] = lastHiddenState.shape;
        return tf.reshape(tf.slice(lastHiddenState, [0, 0, 0], [batch, 1, width]), [batch, width]);
      }),
  };
}
