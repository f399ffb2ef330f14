/**
 * The one table between the names of parameters here and in checkpoints of Hugging Face's layout. Ours are theirs
 * without the prefix `bert.` and with today's names of LayerNorm's two vectors.
 *
 *   here, [in, out]                              checkpoint, [out, in]
 *   encoder.layer.0.attention.self.query.weight  bert.encoder.layer.0.attention.self.query.weight
 *   embeddings.LayerNorm.weight                  bert.embeddings.LayerNorm.gamma (before PyTorch renamed it)
 *   classifier.weight                            classifier.weight
 */

/** What stands before the encoder's names in a checkpoint: nothing when the encoder was saved alone. */
export type NamePrefix = 'bert.' | '';

const PREFIX = 'bert.';

/** Modules of the encoder itself; every other first word is a head's. */
const ENCODER = /^(embeddings|encoder|pooler)\./;

/** Old and new spelling; only below a LayerNorm, since another layer may have a parameter called beta. */
const RENAMED: readonly (readonly [old: RegExp, current: string])[] = [
  [/(^|\.)LayerNorm\.gamma$/, '$1LayerNorm.weight'],
  [/(^|\.)LayerNorm\.beta$/, '$1LayerNorm.bias'],
];

/** Tensors of a checkpoint that are not parameters: 0, 1, 2, … up to `max_position_embeddings`. */
const BUFFERS = new Set(['embeddings.position_ids']);

/** Parameters that belong to heads of the same BERT, or to the pooler that some models leave out. */
const OTHER_HEADS = /^(cls|classifier|qa_outputs|pooler)\./;

/** Whether a parameter is the encoder's own, so that its checkpoint name may carry the prefix. */
export function isEncoderParameter(parameter: string): boolean {
  return ENCODER.test(parameter);
}

/** Our name of a tensor in a checkpoint. Names nobody knows come back unchanged. */
export function toParameterName(checkpointName: string): string {
  const bare = checkpointName.startsWith(PREFIX) ? checkpointName.slice(PREFIX.length) : checkpointName;
  const name = isEncoderParameter(bare) ? bare : checkpointName;
  return RENAMED.reduce((result, [old, current]) => result.replace(old, current), name);
}

/** Name of a parameter in a checkpoint: the inverse of `toParameterName`. */
export function toCheckpointName(parameter: string, prefix: NamePrefix): string {
  return isEncoderParameter(parameter) ? prefix + parameter : parameter;
}

/** Whether a tensor, by our name, is a buffer to be ignored. */
export function isBuffer(parameter: string): boolean {
  return BUFFERS.has(parameter);
}

/** Whether a parameter, by our name, that the model does not have is one that another head of a BERT has. */
export function belongsToAnotherHead(parameter: string): boolean {
  return OTHER_HEADS.test(parameter);
}

/** Shape on disk from shape in memory, or the other way round. */
export function otherOrientation(shape: readonly number[], transpose: boolean): readonly number[] {
  return transpose ? [...shape].reverse() : shape;
}

/** Side of the squares a transposition goes by: two of them fit into the first-level cache. */
const TILE = 32;

/**
 * Transpose of a matrix, newly allocated.
 * @param values row-major [rows, columns]
 * @returns row-major [columns, rows]
 */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let top = 0; top < rows; top += TILE) {
    const bottom = Math.min(top + TILE, rows);
    for (let left = 0; left < columns; left += TILE) {
      const right = Math.min(left + TILE, columns);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          result[column * rows + row] = values[row * columns + column];
        }
      }
    }
  }
  return result;
}
