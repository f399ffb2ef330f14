import type * as tf from '@tensorflow/tfjs';

import type { BertConfig } from './config.js';
import { BertError } from './errors.js';

/** Token ids with their mask and types, as the tokenizer makes them. The caller keeps and disposes them. */
export type BertInputs = {
  /** [B, T] int32, each in [0, V) */
  readonly inputIds: tf.Tensor2D;
  /** [B, T] int32: 1 for tokens, 0 for padding, which no token attends to; other values are not checked for */
  readonly attentionMask: tf.Tensor2D;
  /** [B, T] int32: 0 for the first text of a pair, 1 for the second */
  readonly tokenTypeIds: tf.Tensor2D;
  /**
   * [B, T, D] float32: the last hidden state of these inputs where it is known already, as of an encoder that is not
   * trained. The encoder does not run then, but for the pooler. With the first token's alone, T is 1 for all four.
   */
  readonly lastHiddenState?: tf.Tensor3D | undefined;
  /**
   * [B, T, D] float32: vectors of word pieces that take the place of looking the ids up, as Hugging Face's `inputs_embeds`;
   * a gradient can be asked for with respect to them. Positions, types and the mask count as ever, the ids do not.
   */
  readonly inputsEmbeds?: tf.Tensor3D | undefined;
};

/**
 * - `wrong-dtype`: not int32; for `lastHiddenState` and `inputsEmbeds` not float32
 * - `wrong-shape`: not [B, T], or the three tensors differ, or B or T is 0
 * - `too-long`: T is more than the model has positions
 * - `id-out-of-range`: an id that its table has no row for
 * - `already-encoded`: hidden states or attentions are asked for, or `inputsEmbeds` given, but `lastHiddenState` keeps the
 *   layers from running
 */
export type InputErrorCode =
  'wrong-dtype' | 'wrong-shape' | 'too-long' | 'id-out-of-range' | 'already-encoded';

/** A batch the encoder cannot run on. */
export class InputError extends BertError<InputErrorCode> {
  override readonly name = 'InputError';
}

/**
 * Checks what can be checked without reading values from the device. Ids are checked when the lookup has failed:
 * `findWrongId`.
 * @throws InputError
 */
export function checkInputs(inputs: BertInputs, config: BertConfig): void {
  const { shape } = inputs.inputIds;
  for (const name of ['inputIds', 'attentionMask', 'tokenTypeIds'] as const) {
    const tensor = inputs[name];
    if (tensor.dtype !== 'int32') {
      throw new InputError(
        'wrong-dtype',
        `${name}: expected int32, found ${tensor.dtype}. Cast it to int32.`,
      );
    }
    const same = tensor.shape.length === 2 && tensor.shape[0] === shape[0] && tensor.shape[1] === shape[1];
    if (!same || tensor.size === 0) {
      const expected =
        name === 'inputIds' ? '[B, T] with B and T at least 1' : `[${shape.join(', ')}] as inputIds`;
      throw new InputError(
        'wrong-shape',
        `${name}: expected shape ${expected}, found [${tensor.shape.join(', ')}].`,
      );
    }
  }
  for (const name of ['lastHiddenState', 'inputsEmbeds'] as const) {
    const vectors = inputs[name];
    if (vectors) checkVectors(name, vectors, [...shape, config.hiddenSize]);
  }
  if (shape[1] > config.maxPosition) {
    throw new InputError(
      'too-long',
      `inputIds: ${shape[1]} tokens in a row, but the model has ${config.maxPosition} positions. ` +
        `Truncate to maxLength ${config.maxPosition} when tokenizing.`,
    );
  }
}

function checkVectors(name: string, { dtype, shape }: tf.Tensor3D, expected: readonly number[]): void {
  if (dtype !== 'float32') {
    throw new InputError('wrong-dtype', `${name}: expected float32, found ${dtype}.`);
  }
  if (shape.join() === expected.join()) return;
  throw new InputError(
    'wrong-shape',
    `${name}: expected shape [${expected.join(', ')}], [B, T] as inputIds and D, found [${shape.join(', ')}].`,
  );
}

/**
 * Looks for an id that its table has no row for; reads the ids from the device. For use once a run has failed.
 * @returns the error that says which, or undefined when all ids are in range
 */
export function findWrongId(inputs: BertInputs, config: BertConfig): InputError | undefined {
  const tables = [
    ['inputIds', config.vocabSize, 'The tokenizer and the weights must be of the same model.'],
    ['tokenTypeIds', config.typeVocabSize, 'Token types are 0 and, for the second text of a pair, 1.'],
  ] as const;
  for (const [name, rows, remedy] of tables) {
    const ids = inputs[name].dataSync();
    const at = ids.findIndex((id) => id < 0 || id >= rows);
    if (at < 0) continue;
    const [row, token] = [Math.floor(at / inputs[name].shape[1]), at % inputs[name].shape[1]];
    return new InputError(
      'id-out-of-range',
      `${name}: expected ids from 0 to ${rows - 1}, found ${ids[at]} in row ${row}, token ${token}. ${remedy}`,
    );
  }
  return undefined;
}
