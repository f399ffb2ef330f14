import { openCheckpoint } from '../../../src/checkpoint-open.js';
import { raw, rawDict, rawLegacy, rawTensor, uint64 } from '../../raw-pickle.js';
import { mutateBytes } from '../mutate-bytes.js';
import type { Draw } from '../random.js';
import { readAll } from '../read-all.js';
import type { Input, Target } from '../target.js';

const ONE = 'model-00001-of-00002.safetensors';
const TWO = 'pytorch_model-00002-of-00002.bin';
const FILES = [
  ONE,
  TWO,
  'none.bin',
  '../x.bin',
  '/x.bin',
  'a\\b.bin',
  'C:x.bin',
  '.',
  '..',
  '',
  'x.json',
  '\0.bin',
  3,
  null,
  {},
];
const NAMES = ['a', 'b', 'c', '__proto__', ''];

function safetensors(name: string): Uint8Array {
  const json = new TextEncoder().encode(
    JSON.stringify({ [name]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }),
  );
  return raw(uint64(BigInt(json.length)), json, new Uint8Array(4));
}

const pickle = (name: string): Uint8Array =>
  rawLegacy(rawDict([[name, rawTensor()]]), [['0', new Float32Array(2)]]);

function index(draw: Draw): string {
  const map: Record<string, unknown> = { a: ONE, b: TWO };
  for (let times = draw.upTo(3); times > 0; times--) {
    if (draw.chance(0.2)) Reflect.deleteProperty(map, draw.pick(NAMES));
    else map[draw.pick(NAMES)] = draw.pick<unknown>(FILES);
  }
  const whole: unknown = draw.chance(0.9)
    ? {
        metadata: { total_size: 12 },
        weight_map: draw.chance(0.9) ? map : draw.pick<unknown>([[], null, 1, 'x']),
      }
    : map;
  return JSON.stringify(whole);
}

/** `model.safetensors.index.json` and the files it lists, of two kinds. */
export const shards: Target = {
  name: 'shards',
  input(draw): Input {
    const text = new TextEncoder().encode(index(draw));
    const one = safetensors(draw.chance(0.8) ? 'a' : draw.pick(NAMES));
    const two = pickle(draw.chance(0.8) ? 'b' : draw.pick(NAMES));
    const changed = (bytes: Uint8Array, chance: number): Uint8Array =>
      draw.chance(chance) ? mutateBytes(draw, bytes) : bytes;
    return new Map([
      [draw.pick(['model.safetensors.index.json', 'pytorch_model.bin.index.json']), changed(text, 0.3)],
      [ONE, changed(one, 0.1)],
      [TWO, changed(two, 0.1)],
    ]);
  },
  async read(folder) {
    await readAll(await openCheckpoint(folder));
  },
};
