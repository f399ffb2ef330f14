/**
 * BERT with a classifier as a user of TensorFlow.js writes it, from the library's own operations alone and with its own
 * gradients: what `@bertune/bert` is measured against on the wasm backend. Post-norm, exact gelu, as arXiv:1810.04805.
 */
import * as tf from '@tensorflow/tfjs';

/** What the weights do not say. */
export interface TfjsBertConfig {
  /** L */
  readonly layers: number;
  /** H */
  readonly heads: number;
  /** rate of every dropout, 0 for none */
  readonly dropout: number;
  /** added to the variance in layer norms */
  readonly epsilon: number;
}

/** One batch; all int32, [B, T] but labels [B]. */
export interface TfjsBertBatch {
  readonly inputIds: tf.Tensor2D;
  readonly attentionMask: tf.Tensor2D;
  readonly tokenTypeIds: tf.Tensor2D;
  readonly labels: tf.Tensor;
}

/** Variables by Hugging Face name; kernels are [input, output]. */
export type TfjsBertWeights = ReadonlyMap<string, tf.Variable>;

const MASKED = -1e9;

/** Mean cross-entropy of a batch; scalar. */
export function tfjsBertLoss(
  weights: TfjsBertWeights,
  config: TfjsBertConfig,
  batch: TfjsBertBatch,
): tf.Scalar {
  return tf.tidy(() => {
    const logits = tfjsBertLogits(weights, config, batch);
    const targets = tf.oneHot(batch.labels.as1D().toInt(), logits.shape[1]);
    return tf.losses.softmaxCrossEntropy(targets, logits) as tf.Scalar;
  });
}

function tfjsBertLogits(weights: TfjsBertWeights, config: TfjsBertConfig, batch: TfjsBertBatch): tf.Tensor2D {
  const { layers, heads, dropout, epsilon } = config;
  const [size, length] = batch.inputIds.shape; // B, T
  const drop = <T extends tf.Tensor>(x: T): T => (dropout === 0 ? x : (tf.dropout(x, dropout) as T));
  const weight = (name: string): tf.Variable => weights.get(name) as tf.Variable;
  const dense = (x: tf.Tensor2D, name: string): tf.Tensor2D =>
    tf.add(tf.matMul(x, weight(`${name}.weight`) as unknown as tf.Tensor2D), weight(`${name}.bias`));
  const layerNorm = <T extends tf.Tensor>(x: T, name: string): T => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    const normalized = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(normalized, weight(`${name}.weight`)), weight(`${name}.bias`));
  };
  const splitHeads = (x: tf.Tensor2D): tf.Tensor4D =>
    tf.transpose(tf.reshape(x, [size, length, heads, x.shape[1] / heads]), [0, 2, 1, 3]); // [B, H, T, K]

  const words = tf.gather(weight('embeddings.word_embeddings.weight'), batch.inputIds); // [B, T, D]
  const types = tf.gather(weight('embeddings.token_type_embeddings.weight'), batch.tokenTypeIds);
  const positions = tf.gather(
    weight('embeddings.position_embeddings.weight'),
    tf.range(0, length, 1, 'int32'),
  );
  const embedded = tf.add(tf.add(words, types), positions);
  const width = embedded.shape[2] as number;
  let x: tf.Tensor2D = tf.reshape(drop(layerNorm(embedded, 'embeddings.LayerNorm')), [size * length, width]);

  const masked = tf.sub(1, tf.cast(batch.attentionMask, 'float32'));
  const bias = tf.reshape(tf.mul(masked, MASKED), [size, 1, 1, length]);
  for (let i = 0; i < layers; i++) {
    const name = `encoder.layer.${i}`;
    const query = splitHeads(dense(x, `${name}.attention.self.query`));
    const key = splitHeads(dense(x, `${name}.attention.self.key`));
    const value = splitHeads(dense(x, `${name}.attention.self.value`));
    const scores = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(width / heads)); // [B, H, T, T]
    const probabilities = drop(tf.softmax(tf.add(scores, bias)));
    const mixed = tf.transpose(tf.matMul(probabilities, value), [0, 2, 1, 3]); // [B, T, H, K]
    const context: tf.Tensor2D = tf.reshape(mixed, [size * length, width]);
    const attended = drop(dense(context, `${name}.attention.output.dense`));
    x = layerNorm(tf.add(attended, x) as tf.Tensor2D, `${name}.attention.output.LayerNorm`);
    const inner = gelu(dense(x, `${name}.intermediate.dense`));
    const output = drop(dense(inner, `${name}.output.dense`));
    x = layerNorm(tf.add(output, x) as tf.Tensor2D, `${name}.output.LayerNorm`);
  }

  const first = tf.slice(tf.reshape(x, [size, length, width]), [0, 0, 0], [size, 1, width]);
  const pooled = tf.tanh(dense(tf.reshape(first, [size, width]), 'pooler.dense'));
  return dense(drop(pooled), 'classifier');
}

/** x Φ(x) */
function gelu(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
