import { type BertConfig, linearParameters, type ParameterSpec } from '@bertune/bert';
import type * as tf from '@tensorflow/tfjs';

import { checkLabelTensor, readLabels } from '../label-checks.js';

/** Name of the layer in checkpoints. */
export const NEXT_SENTENCE = 'cls.seq_relationship';

/** Parameters of next sentence prediction: a dense layer on the pooled output. */
export function nextSentenceParameters({ hiddenSize }: BertConfig): Map<string, ParameterSpec> {
  return linearParameters(NEXT_SENTENCE, hiddenSize, 2);
}

/**
 * Reads the labels and checks them.
 * @param examples B
 * @throws HeadError `invalid-labels`
 */
export function checkNextSentenceLabels(name: string, labels: tf.Tensor, examples: number): void {
  checkLabelTensor(name, labels, [examples]);
  const expected = '0 (the second text follows the first) or 1 (it does not)';
  readLabels(name, labels, expected, (label) => label === 0 || label === 1);
}
