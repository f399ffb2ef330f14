import { type BertConfig, linearParameters, type ParameterSpec } from '@bertune/bert';
import type * as tf from '@tensorflow/tfjs';

import { HeadError } from '../errors.js';

/** Name of the layer in checkpoints. */
export const NEXT_SENTENCE = 'cls.seq_relationship';

/** Parameters of next sentence prediction: a dense layer on the pooled output. */
export function nextSentenceParameters({ hiddenSize }: BertConfig): Map<string, ParameterSpec> {
  return linearParameters(NEXT_SENTENCE, hiddenSize, 2);
}

/** @throws HeadError `invalid-labels` for another shape or type; values are not read */
export function checkNextSentenceTensor(name: string, labels: tf.Tensor, examples: number): void {
  if (labels.dtype === 'int32' && labels.shape.join() === String(examples)) return;
  throw new HeadError(
    'invalid-labels',
    `${name}: expected int32 [${examples}], found ${labels.dtype} [${labels.shape.join(', ')}].`,
  );
}

/** Reads the labels and checks them. @throws HeadError `invalid-labels` */
export function checkNextSentenceLabels(name: string, labels: tf.Tensor, examples: number): void {
  checkNextSentenceTensor(name, labels, examples);
  const values = labels.dataSync();
  const wrong = values.findIndex((label) => label !== 0 && label !== 1);
  if (wrong < 0) return;
  throw new HeadError(
    'invalid-labels',
    `${name}: expected 0 (the second text follows the first) or 1 (it does not), ` +
      `found ${values[wrong]} at position ${wrong}.`,
  );
}
