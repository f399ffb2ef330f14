import * as tf from '@tensorflow/tfjs';

const BIAS = 'cls.predictions.bias';

/**
 * The parameters of a masked language model's head for another number of tokens: old ones keep their bias to the last bit,
 * new ones get 0, as `transformers` gives them, also where their embeddings are the mean of the old ones.
 * @param head `cls.predictions.*`; the bias is disposed
 */
export function resizedPredictions(
  head: ReadonlyMap<string, tf.Variable>,
  size: number,
): Map<string, tf.Variable> {
  const old = head.get(BIAS) as tf.Variable<tf.Rank.R1>;
  const bias = tf.tidy(() => {
    const added = size - old.size;
    const values = added > 0 ? tf.concat([old, tf.zeros([added])]) : tf.slice(old, 0, size);
    return tf.variable(values, old.trainable);
  });
  old.dispose();
  return new Map([...head].map(([name, parameter]) => [name, name === BIAS ? bias : parameter]));
}
