import * as tf from '@tensorflow/tfjs';

import type { Bert } from '../bert.js';
import { createBertConfig } from '../config.js';
import { BertError } from '../errors.js';
import { truncatedNormal } from '../random-init.js';
import { checkSize, withParameters } from './with-parameters.js';

const POSITIONS = 'embeddings.position_embeddings.weight';

/**
 * What positions beyond the old ones are:
 * - `repeat`: the old ones over again, as Longformer (arXiv:2004.05150) starts; the old ones stay to the last bit, so short
 *   inputs give what they gave
 * - `interpolate`: the old ones stretched linearly over the new length, first on first and last on last; all change, neighbours
 *   stay neighbours
 * - `normal`: drawn as a new model's are, from the config's `initializerRange`; the old ones stay to the last bit
 */
export type ExtensionMethod = 'repeat' | 'interpolate' | 'normal';

/** How positions are extended. */
export interface ExtendPositionsOptions {
  readonly method: ExtensionMethod;
  /** seed of `normal`, an integer in [0, 2^32); default 0 */
  readonly seed?: number | undefined;
}

/**
 * Gives an encoder more positions, so that it takes longer inputs. None of the ways is as good as positions that were
 * trained: train on long inputs afterwards. The tokenizer's limit is to be raised, too.
 * @param bert taken over: its variables belong to the encoder that is returned
 * @param length most tokens in one input from then on, more than before
 * @throws BertError `invalid-size`; `already-adapted` for an encoder with LoRA; RangeError for an unknown method
 */
export function extendPositions(
  bert: Bert,
  length: number,
  { method, seed = 0 }: ExtendPositionsOptions,
): Bert {
  const { maxPosition, hiddenSize, initializerRange } = bert.config;
  checkSize('extendPositions', length, maxPosition + 1, 'more positions than there are');
  const added = length - maxPosition;
  const methods: Readonly<Record<ExtensionMethod, (old: tf.Tensor) => tf.Tensor>> = {
    repeat: (old) =>
      tf.gather(
        old,
        tf.tensor1d(
          Array.from({ length }, (_, at) => at % maxPosition),
          'int32',
        ),
      ),
    interpolate: (old) => stretched(old, length),
    normal: (old) => {
      const values = truncatedNormal(
        added * hiddenSize,
        initializerRange,
        seed,
        `${POSITIONS}[${maxPosition}:]`,
      );
      return tf.concat([old, tf.tensor2d(values, [added, hiddenSize])], 0);
    },
  };
  if (!Object.hasOwn(methods, method)) {
    const expected = Object.keys(methods).join(', ');
    throw new RangeError(
      `extendPositions: method: expected one of ${expected}, found ${JSON.stringify(method)}.`,
    );
  }
  if (method === 'interpolate' && maxPosition < 2) {
    throw new BertError(
      'invalid-size',
      `extendPositions: expected at least 2 positions to interpolate between, found ${maxPosition}. Use another method.`,
    );
  }
  const config = createBertConfig({ ...bert.config, maxPosition: length });
  const replace = new Map([[POSITIONS, methods[method]]]);
  return withParameters('extendPositions', bert, config, replace);
}

/** Rows between the first and the last, linearly; [rows, D] -> [length, D]. */
function stretched(old: tf.Tensor, length: number): tf.Tensor {
  const last = old.shape[0] - 1;
  const places = Array.from({ length }, (_, at) => (at * last) / (length - 1));
  const below = places.map((place) => Math.min(Math.floor(place), last - 1));
  const rowsAt = (rows: number[]): tf.Tensor => tf.gather(old, tf.tensor1d(rows, 'int32'));
  const share = tf.tensor2d(
    places.map((place, at) => place - below[at]),
    [length, 1],
  );
  const upper = rowsAt(below.map((row) => row + 1));
  return tf.add(tf.mul(rowsAt(below), tf.sub(1, share)), tf.mul(upper, share));
}
