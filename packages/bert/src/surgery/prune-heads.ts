import * as tf from '@tensorflow/tfjs';

import type { Bert } from '../bert.js';
import { createBertConfig } from '../config.js';
import { headsOf, type PrunedHeads, unionOfHeads } from './pruned-heads.js';
import { withParameters } from './with-parameters.js';

/** Maps whose columns are heads, and the one whose rows are. */
const COLUMNS = ['query', 'key', 'value'] as const;

/**
 * Takes attention heads out of an encoder (arXiv:1905.10650): the columns of query, key and value that are theirs, and
 * the rows of the attention's output. What they added to the output is missing from then on; all else stays to the last bit.
 * The configuration says which are missing, as `pruned_heads` does in a `config.json`, and the saved model is opened by
 * `transformers` up to 4.57; version 5 has given pruning up.
 * @param bert taken over: its variables belong to the encoder that is returned
 * @param heads by layer, counted as they were before anything was pruned; those that are missing already are passed over
 * @throws ConfigError `invalid-config` for a layer or head that there is not, and where no head of a layer would be left;
 *   BertError `already-adapted` for an encoder with LoRA
 * @example pruneHeads(bert, { 0: [3, 7], 11: [0] })
 * @see `BertAttention.prune_heads` of transformers 4.57
 */
export function pruneHeads(bert: Bert, heads: PrunedHeads): Bert {
  const before = bert.config;
  const config = createBertConfig({ ...before, prunedHeads: unionOfHeads(before.prunedHeads, heads) });
  const width = before.hiddenSize / before.numHeads;
  const replace = new Map<string, (old: tf.Tensor) => tf.Tensor>();
  for (let layer = 0; layer < before.numLayers; layer++) {
    const present = headsOf(before, layer);
    const left = headsOf(config, layer);
    if (left.length === present.length) continue;
    const keep =
      (axis: 0 | 1) =>
      (old: tf.Tensor): tf.Tensor =>
        tf.concat(
          left.map((head) => headAt(old, axis, present.indexOf(head) * width, width)),
          axis,
        );
    const attention = `encoder.layer.${layer}.attention`;
    for (const map of COLUMNS) {
      replace.set(`${attention}.self.${map}.weight`, keep(1));
      replace.set(`${attention}.self.${map}.bias`, keep(0));
    }
    replace.set(`${attention}.output.dense.weight`, keep(0));
  }
  return withParameters('pruneHeads', bert, config, replace);
}

/** Columns, or rows, of one head. */
function headAt(values: tf.Tensor, axis: 0 | 1, from: number, width: number): tf.Tensor {
  const begin = values.shape.map((_, i) => (i === axis ? from : 0));
  const size = values.shape.map((extent, i) => (i === axis ? width : extent));
  return tf.slice(values, begin, size);
}
