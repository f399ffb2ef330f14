import { openCheckpoint } from '../../../src/checkpoint-open.js';
import { openHdf5 } from '../../../src/hdf5/hdf5-reader.js';
import { edgeNumber, mutateBytes } from '../mutate-bytes.js';
import type { Draw } from '../random.js';
import { readAll } from '../read-all.js';
import { seedFile, smallFiles } from '../seeds.js';
import type { Input, Target } from '../target.js';

/** As Keras writes them. */
const MODELS = ['fuzz/tf-model.h5', 'fuzz/keras.weights.h5', 'fuzz/latest.h5'];

const FILES = [...MODELS, 'fuzz/cycle.h5', 'fuzz/twice.h5', ...smallFiles('hdf5', '.h5')];

/** A file, where it has numbers that may be addresses or lengths, and where it has anything but zeros. */
interface Seed {
  readonly bytes: Uint8Array;
  readonly numbers: readonly number[];
  readonly filled: readonly number[];
}

function seedOf(name: string): Seed {
  const bytes = seedFile(name);
  const view = new DataView(bytes.buffer);
  const numbers: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; at++) {
    const value = view.getBigUint64(at, true);
    if (value > 0n && value < BigInt(bytes.length)) numbers.push(at);
  }
  return { bytes, numbers, filled: [...bytes.keys()].filter((at) => bytes[at] !== 0) };
}

const seeds = FILES.map(seedOf);
const models = MODELS.map(seedOf);

function changed(draw: Draw, { bytes, numbers, filled }: Seed): Uint8Array {
  if (draw.chance(0.1)) return mutateBytes(draw, bytes);
  const result = bytes.slice();
  const view = new DataView(result.buffer);
  for (let times = 1 + draw.upTo(3); times > 0; times--) {
    const at = draw.pick(numbers);
    switch (draw.upTo(5)) {
      case 0:
        // What one structure refers to, another does too: groups in groups, two heaps in one, a cycle.
        view.setBigUint64(at, view.getBigUint64(draw.pick(numbers), true), true);
        break;
      case 1:
        view.setBigUint64(at, BigInt.asUintN(64, BigInt(Math.trunc(edgeNumber(draw)) || 0)), true);
        break;
      case 2:
        view.setBigUint64(at, BigInt(draw.upTo(bytes.length + 16)), true);
        break;
      default:
        result[draw.pick(filled)] = draw.chance(0.5)
          ? draw.upTo(256)
          : draw.pick([0, 1, 2, 3, 4, 127, 128, 255]);
    }
  }
  return draw.chance(0.05) ? result.slice(0, draw.upTo(result.length)) : result;
}

/** An HDF5 file, whatever is in it. */
export const hdf5: Target = {
  name: 'hdf5',
  input: (draw): Input => new Map([['file.h5', changed(draw, draw.pick(seeds))]]),
  async read(folder) {
    await readAll(await openHdf5(`${folder}/file.h5`));
  },
};

/** `tf_model.h5`, or a preset of KerasHub with the weights of its task. */
export const hdf5Checkpoint: Target = {
  name: 'hdf5-checkpoint',
  input(draw): Input {
    const file = changed(draw, draw.pick(models));
    return draw.chance(0.5)
      ? new Map([['tf_model.h5', file]])
      : new Map([
          ['model.weights.h5', file],
          ['task.weights.h5', changed(draw, draw.pick(models))],
        ]);
  },
  async read(folder) {
    await readAll(await openCheckpoint(folder));
  },
};
