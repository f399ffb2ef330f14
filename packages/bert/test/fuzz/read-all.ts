import type { Checkpoint } from '../../src/checkpoint.js';
import { CheckpointError } from '../../src/errors.js';

/** Tensors of one input that are read. */
const MOST_TENSORS = 32;

/** Reads the tensors of a checkpoint and closes it. A tensor that is refused does not keep others from being read. */
export async function readAll(checkpoint: Pick<Checkpoint, 'entries' | 'read' | 'close'>): Promise<void> {
  let fault: CheckpointError | undefined;
  for (const name of [...checkpoint.entries.keys()].slice(0, MOST_TENSORS)) {
    try {
      const values = await checkpoint.read(name);
      const { shape } = checkpoint.entries.get(name) ?? { shape: [] };
      const length = shape.reduce((product, size) => product * size, 1);
      if (values.length !== length) throw new Error(`${name}: ${values.length} values for ${length}`);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      fault = error;
    }
  }
  await checkpoint.close();
  if (fault !== undefined) throw fault;
}
