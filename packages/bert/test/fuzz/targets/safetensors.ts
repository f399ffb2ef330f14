import { openCheckpoint } from '../../../src/checkpoint-open.js';
import { raw, uint64 } from '../../raw-pickle.js';
import { edgeNumber, mutateBytes } from '../mutate-bytes.js';
import type { Draw } from '../random.js';
import { readAll } from '../read-all.js';
import type { Input, Target } from '../target.js';

interface Entry {
  dtype: unknown;
  shape?: unknown[];
  data_offsets?: unknown[];
}

const DTYPES = [
  'F64',
  'F32',
  'F16',
  'BF16',
  'I64',
  'I8',
  'U8',
  'BOOL',
  'F8_E4M3',
  'F4',
  '',
  '__proto__',
  7,
  null,
];
const NAMES = ['a', 'b', 'bert.a', '', '__proto__', 'constructor', '__metadata__', '\ud800', '\u0000'];

/** Three tensors that lie one after the other, and a header that says so. */
function entries(draw: Draw): Record<string, Entry> {
  return {
    a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    b: { dtype: 'F16', shape: [4], data_offsets: [24, 32] },
    [draw.pick(NAMES)]: { dtype: 'I64', shape: [], data_offsets: [32, 40] },
  };
}

const tree = (draw: Draw): string => {
  const depth = draw.pick([1, 3, 100, 20_000]);
  return draw.chance(0.5)
    ? `${'['.repeat(depth)}${']'.repeat(depth)}`
    : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
};

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && 'dtype' in value;

function changedEntry(draw: Draw, entry: Entry): void {
  const list = draw.pick(['shape', 'data_offsets'] as const);
  switch (draw.upTo(6)) {
    case 0:
      entry.dtype = draw.pick(DTYPES);
      break;
    case 1:
      entry[list] = [];
      break;
    case 2:
      Reflect.deleteProperty(entry, list);
      break;
    case 3:
      entry[list] = Array.from({ length: draw.pick([3, 9, 1000]) }, () => edgeNumber(draw));
      break;
    default:
      (entry[list] ??= [])[draw.upTo(2)] = edgeNumber(draw);
  }
}

/** Text of a header with one thing wrong, or none. */
function header(draw: Draw): string {
  const all: Record<string, unknown> = entries(draw);
  for (let times = draw.upTo(3); times > 0; times--) {
    const name = draw.pick(['a', 'b']);
    const entry = all[name];
    if (draw.chance(0.8) && isEntry(entry)) changedEntry(draw, entry);
    else all[name] = draw.pick([null, [], 1, 'x', {}]);
  }
  if (draw.chance(0.2))
    all.__metadata__ = draw.pick<unknown>([{ format: 'pt' }, { format: 1 }, [], null, 'x']);
  const text = JSON.stringify(all);
  switch (draw.upTo(12)) {
    case 0:
      return text.replace(/}$/, `,${JSON.stringify(draw.pick(NAMES))}:${tree(draw)}}`);
    case 1:
      return text.replace('"b"', '"\\u0061"');
    case 2:
      return text.replace(/24/g, draw.pick(['24.0', '2.4e1', '1e400', '-0', '024', '24 ']));
    case 3:
      return tree(draw);
    case 4:
      return `${text}${' '.repeat(draw.upTo(9))}${draw.pick(['', '\0', '{}', '\ufeff'])}`;
    default:
      return text;
  }
}

/** `model.safetensors`. */
export const safetensors: Target = {
  name: 'safetensors',
  input(draw): Input {
    const json = new TextEncoder().encode(header(draw));
    const length = draw.chance(0.05) ? edgeNumber(draw) : json.length;
    const data = draw.chance(0.9) ? 40 : draw.upTo(80);
    const bytes = raw(
      uint64(BigInt.asUintN(64, BigInt(Number.isInteger(length) ? length : 0))),
      json,
      new Uint8Array(data),
    );
    return new Map([['model.safetensors', draw.chance(0.3) ? mutateBytes(draw, bytes) : bytes]]);
  },
  async read(folder) {
    await readAll(await openCheckpoint(folder));
  },
};
