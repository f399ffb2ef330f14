import * as tf from '@tensorflow/tfjs';

import { Bert } from '../bert.js';
import type { BertConfig } from '../config.js';
import { BertError } from '../errors.js';

/**
 * The encoder with other values, or shapes, of some parameters.
 * @param where name of the operation, for the message
 * @param bert taken over: what is not replaced belongs to the encoder that is returned
 * @param replace new values by name, from the old ones; runs in a `tf.tidy`
 * @throws BertError `already-adapted` for an encoder with LoRA, whose changes have the old shapes
 */
export function withParameters(
  where: string,
  bert: Bert,
  config: BertConfig,
  replace: ReadonlyMap<string, (old: tf.Tensor) => tf.Tensor>,
): Bert {
  if (bert.lora) {
    throw new BertError(
      'already-adapted',
      `${where}: the encoder has LoRA, whose matrices have the old shapes. Merge it with mergeLora first, or add it afterwards.`,
    );
  }
  // All are made before any is given up: a failure leaves the encoder as it was.
  const made = new Map<string, tf.Variable>();
  try {
    for (const [name, from] of replace) {
      const old = bert.parameters.get(name);
      if (old)
        made.set(
          name,
          tf.tidy(() => tf.variable(from(old), old.trainable)),
        );
    }
  } catch (error) {
    tf.dispose([...made.values()]);
    throw error;
  }
  const parameters = new Map([...bert.parameters].map(([name, old]) => [name, made.get(name) ?? old]));
  for (const name of made.keys()) bert.parameters.get(name)?.dispose();
  return new Bert(config, parameters, bert.extra, { recompute: bert.recompute });
}

/** @throws BertError `invalid-size` */
export function checkSize(where: string, size: number, least: number, what: string): void {
  if (Number.isInteger(size) && size >= least && size < 2 ** 31) return;
  throw new BertError('invalid-size', `${where}: expected ${what}, an integer from ${least}, found ${size}.`);
}
