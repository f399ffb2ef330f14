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

/** Tensors of a checkpoint that are not parameters: 0, 1, 2, … up to `max_position_embeddings`, and as many zeros. */
const BUFFERS = new Set(['embeddings.position_ids', 'embeddings.token_type_ids']);

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

/** Rows that are transposed at a time: eight streams that the processor fetches ahead, half a cache line of the result. */
const STRIP = 8;

/** Columns of a strip before the next: as many pages of the result are in use at once. */
const BLOCK = 32;

/**
 * Transpose of a matrix, newly allocated.
 * @param values row-major [rows, columns]
 * @returns row-major [columns, rows]
 */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(rows * columns);
  const whole = rows - (rows % STRIP);
  for (let left = 0; left < columns; left += BLOCK) {
    const right = Math.min(left + BLOCK, columns);
    for (let row = 0; row < whole; row += STRIP) {
      // Written out: a loop over the strip takes twice as long.
      const a = row * columns;
      const b = a + columns;
      const c = b + columns;
      const d = c + columns;
      const e = d + columns;
      const f = e + columns;
      const g = f + columns;
      const h = g + columns;
      for (let column = left, to = left * rows + row; column < right; column++, to += rows) {
        result[to] = values[a + column];
        result[to + 1] = values[b + column];
        result[to + 2] = values[c + column];
        result[to + 3] = values[d + column];
        result[to + 4] = values[e + column];
        result[to + 5] = values[f + column];
        result[to + 6] = values[g + column];
        result[to + 7] = values[h + column];
      }
    }
    for (let row = whole; row < rows; row++)
      for (let column = left; column < right; column++)
        result[column * rows + row] = values[row * columns + column];
  }
  return result;
}
