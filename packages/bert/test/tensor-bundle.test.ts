import { cpSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from '@jest/globals';

import { openTensorBundle, type TensorBundle } from '../src/tensor-bundle/bundle-reader.js';
import { temporaryFolder } from './raw-safetensors.js';
import { field, masked, message, table, text } from './raw-table.js';

/** Written by TensorFlow 2.21.0: tools/reference/tensor_bundle.py. */
const golden = fileURLToPath(new URL('golden/tensor-bundle/', import.meta.url));

async function withBundle<T>(prefix: string, use: (bundle: TensorBundle) => Promise<T>): Promise<T> {
  const bundle = await openTensorBundle(prefix);
  try {
    return await use(bundle);
  } finally {
    await bundle.close();
  }
}

const shapes = (bundle: TensorBundle): Record<string, unknown> =>
  Object.fromEntries([...bundle.entries].map(([name, { dtype, shape }]) => [name, [dtype, ...shape]]));
const counting = (length: number, modulus = Infinity): Float32Array =>
  Float32Array.from({ length }, (_, i) => i % modulus);

describe('checkpoints written by TensorFlow', () => {
  it('puts tensors together that were saved in slices', async () => {
    await withBundle(join(golden, 'sliced'), async (bundle) => {
      expect(shapes(bundle)).toEqual({
        'cut/few': ['F32', 10, 3],
        'cut/rows': ['F32', 300, 2],
        'cut/columns': ['F32', 3, 200, 2],
        'cut/long': ['U8', 12000],
        whole: ['F32', 2, 3],
      });
      expect(await bundle.read('cut/few')).toEqual(counting(30));
      expect(await bundle.read('cut/rows')).toEqual(counting(600));
      expect(await bundle.read('cut/columns')).toEqual(counting(1200));
      expect(await bundle.read('cut/long')).toEqual(counting(12000, 256));
      expect(await bundle.read('whole')).toEqual(counting(6));
    });
  });

  it('reads several data files', async () => {
    await withBundle(join(golden, 'shards'), async (bundle) => {
      expect(bundle.entries.size).toBe(6);
      for (const device of [0, 1]) {
        for (const i of [0, 1, 2]) {
          expect(await bundle.read(`device_${device}/variable_${i}`)).toEqual(counting(4 * (i + 1)));
        }
      }
    });
  });

  it('reads every type of numbers and says so of the others', async () => {
    await withBundle(join(golden, 'types'), async (bundle) => {
      const types = 'F32 F16 BF16 F64 I32 I64 I16 I8 U8 U16'.split(' ');
      const names = 'float32 float16 bfloat16 float64 int32 int64 int16 int8 uint8 uint16'.split(' ');
      expect(shapes(bundle)).toEqual({
        ...Object.fromEntries(names.map((name, i) => [name, [types[i], 2, 3]])),
        bool: ['BOOL', 2, 3],
        scalar: ['F32'],
        empty: ['F32', 0, 3],
        complex64: ['C64'],
        texts: ['STRING', 3],
      });
      for (const name of names) expect([...(await bundle.read(name))]).toEqual([0, 1, 2, 3, 100, 1]);
      expect([...(await bundle.read('bool'))]).toEqual([0, 1, 1, 1, 1, 1]);
      expect([...(await bundle.read('scalar'))]).toEqual([1.5]);
      expect([...(await bundle.read('empty'))]).toEqual([]);
      for (const name of ['complex64', 'texts']) {
        await expect(bundle.read(name)).rejects.toMatchObject({ code: 'unsupported-dtype', tensor: name });
      }
      await expect(bundle.read('nothing')).rejects.toMatchObject({ code: 'not-found' });
    });
  });
});

describe('damaged checkpoints', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
    cpSync(golden, folder, { recursive: true });
  });
  const path = (name: string): string => join(folder, name);
  const flip = (name: string, at: number): void => {
    const bytes = readFileSync(path(name));
    bytes[at < 0 ? bytes.length + at : at] ^= 1;
    writeFileSync(path(name), bytes);
  };
  const fails = async (name: string): Promise<unknown> => {
    const bundle = await openTensorBundle(path(name)).catch((error: unknown) => error);
    if (bundle instanceof Error) return (bundle as { code?: string }).code;
    await (bundle as TensorBundle).close();
    return 'opened';
  };

  it('notices one wrong bit of a tensor, and reads the others', async () => {
    flip('types.data-00000-of-00001', -1);
    await withBundle(path('types'), async (bundle) => {
      const outcomes = await Promise.all(
        [...bundle.entries].map(([name]) =>
          bundle.read(name).then(
            () => 'read',
            (error: unknown) => (error as { code: string }).code,
          ),
        ),
      );
      expect(outcomes.filter((code) => code === 'checksum-mismatch')).toHaveLength(1);
      expect(outcomes.filter((code) => code === 'read')).toHaveLength(bundle.entries.size - 3);
    });
  });

  it('notices one wrong bit anywhere in the index', async () => {
    const { length } = readFileSync(path('sliced.index'));
    for (let at = 0; at < length; at++) {
      // The footer's two places take six bytes here; padding follows up to the magic number.
      if (at >= length - 48 + 6 && at < length - 8) continue;
      flip('sliced.index', at);
      expect([at, await fails('sliced')]).not.toEqual([at, 'opened']);
      flip('sliced.index', at);
    }
  });

  it.each([
    ['an empty index', 'types.index', 0, 'truncated'],
    ['an index cut off', 'types.index', 400, 'index-invalid'],
    ['data cut off', 'types.data-00000-of-00001', 230, 'offsets-outside-file'],
  ])('refuses %s', async (_, name, length, code) => {
    truncateSync(path(name), length);
    expect(await fails('types')).toBe(code);
  });

  it('names what is missing', async () => {
    rmSync(path('shards.data-00001-of-00002'));
    await expect(openTensorBundle(path('shards'))).rejects.toMatchObject({
      code: 'missing-shard',
      message: expect.stringContaining('shards.data-00001-of-00002'),
    });
    renameSync(path('shards.index'), path('other.index'));
    expect(await fails('shards')).toBe('not-found');
    expect(await fails('other')).toBe('missing-shard');
  });

  it('refuses a file that is something else', async () => {
    writeFileSync(path('types.index'), 'no table at all, '.repeat(10));
    expect(await fails('types')).toBe('index-invalid');
  });
});

describe('indexes made by hand', () => {
  const shapeOf = (...sizes: number[]): Uint8Array =>
    message(...sizes.map((size) => field(2, message(field(1, size)))));
  const header = (shards = 1, bigEndian = 0): [string, Uint8Array] => [
    '',
    message(field(1, shards), field(2, bigEndian), field(3, message(field(1, 1)))),
  ];
  const entry = (data: Uint8Array, offset: number, shape: Uint8Array, type = 1): Uint8Array =>
    message(
      field(1, type),
      field(2, shape),
      field(4, offset),
      field(5, data.length),
      field(6, masked(data), 5),
    );
  const write = (index: Uint8Array, data: Uint8Array): string => {
    const prefix = join(temporaryFolder(), 'made');
    writeFileSync(`${prefix}.index`, index);
    writeFileSync(`${prefix}.data-00000-of-00001`, data);
    return prefix;
  };
  const fails = async (entries: readonly [string, Uint8Array][], data: Uint8Array): Promise<unknown> =>
    openTensorBundle(write(table([entries]), data)).then(
      async (bundle) => {
        await bundle.close();
        return 'opened';
      },
      (error: unknown) => (error as { code?: string }).code,
    );
  const two = new Uint8Array(Float32Array.of(1, -2).buffer);
  const plain = entry(two, 0, shapeOf(2));

  it('reads several blocks, shared beginnings of keys and names in UTF-8', async () => {
    const names = ['bert/a', 'bert/ab', 'bert/abc', 'käse', 'zebra'];
    const entries = names.map((name): [string, Uint8Array] => [text(name), plain]);
    // One place for all would overlap.
    const data = new Uint8Array(8 * names.length);
    names.forEach((_, i) => {
      data.set(two, 8 * i);
      entries[i][1] = entry(two, 8 * i, shapeOf(2));
    });
    const blocks = [[header(), entries[0], entries[1]], [entries[2]], [entries[3], entries[4]]];
    await withBundle(write(table(blocks), data), async (bundle) => {
      expect([...bundle.entries.keys()]).toEqual(names);
      for (const name of names) expect([...(await bundle.read(name))]).toEqual([1, -2]);
    });
  });

  it('turns big-endian values round', async () => {
    const swapped = Uint8Array.from([...two.slice(0, 4).reverse(), ...two.slice(4).reverse()]);
    const index = table([[header(1, 1), ['x', entry(swapped, 0, shapeOf(2))]]]);
    await withBundle(write(index, swapped), async (bundle) => {
      expect([...(await bundle.read('x'))]).toEqual([1, -2]);
    });
  });

  it('refuses what contradicts itself', async () => {
    const e = (shape: Uint8Array, offset = 0): Uint8Array => entry(two, offset, shape);
    expect(await fails([header(), ['x', plain]], two)).toBe('opened');
    expect(await fails([['x', plain]], two)).toBe('index-invalid');
    expect(await fails([header(0), ['x', plain]], two)).toBe('index-invalid');
    expect(await fails([header(), ['x', e(shapeOf(3))]], two)).toBe('size-mismatch');
    expect(await fails([header(), ['x', e(shapeOf(2 ** 32, 2 ** 32))]], two)).toBe('size-mismatch');
    expect(await fails([header(), ['x', e(shapeOf(-2, -1))]], two)).toBe('index-invalid');
    expect(await fails([header(), ['x', e(shapeOf(2), 4)]], two)).toBe('offsets-outside-file');
    expect(await fails([header(), ['x', e(shapeOf(2), 2 ** 52)]], two)).toBe('offsets-outside-file');
    expect(await fails([header(), ['x', plain], ['y', plain]], two)).toBe('offsets-overlap');
    expect(await fails([header(), ['y', plain], ['x', plain]], two)).toBe('index-invalid');
    expect(await fails([header(), ['x', message(field(3, 1), plain)]], two)).toBe('index-invalid');
    expect(await fails([header(), ['x', Uint8Array.of(0xff)]], two)).toBe('index-invalid');
    expect(await fails([header(), ['x', Uint8Array.of(0x0a, 0x7f)]], two)).toBe('index-invalid');
  });

  it('refuses compressed blocks and blocks outside the file', async () => {
    const fine = table([[header(), ['x', plain]]]);
    await expect(openTensorBundle(write(table([[header()]], { compression: 1 }), two))).rejects.toThrow(
      /compressed \(type 1\)/,
    );
    await expect(openTensorBundle(write(fine.subarray(10), two))).rejects.toMatchObject({
      code: expect.stringMatching(/index-invalid|checksum-mismatch/),
    });
  });

  it('refuses keys that expand far beyond the file', async () => {
    const long = 'k'.repeat(2000);
    const entries = Array.from({ length: 500 }, (_, i): [string, Uint8Array] => [
      long + String(i).padStart(4, '0'),
      message(),
    ]);
    await expect(openTensorBundle(write(table([[header(), ...entries]]), two))).rejects.toThrow(
      /times as long as itself/,
    );
  });

  it('refuses slices that do not make up their tensor', async () => {
    const slice = (start: number, length: number): Uint8Array =>
      field(7, message(field(1, message(...(start > 0 ? [field(1, start)] : []), field(2, length)))));
    const key = (start: number, length: number): string =>
      `\0x\0\u0001\u0001\u0001${String.fromCharCode(0x80 + start, 0x80 + length)}`;
    const whole = (...slices: Uint8Array[]): [string, Uint8Array] => [
      'x',
      message(field(1, 1), field(2, shapeOf(4)), ...slices),
    ];
    const four = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
    const part = (start: number, length: number, shape = length): [string, Uint8Array] => [
      key(start, length),
      entry(four.subarray(4 * start, 4 * start + 4 * shape), 4 * start, shapeOf(shape)),
    ];
    const good = table([[header(), part(0, 1), part(1, 3), whole(slice(1, 3), slice(0, 1))]]);
    await withBundle(write(good, four), async (bundle) => {
      expect([...(await bundle.read('x'))]).toEqual([1, 2, 3, 4]);
    });
    expect(await fails([header(), part(0, 1), whole(slice(0, 1), slice(1, 3))], four)).toBe('index-invalid');
    expect(await fails([header(), part(0, 1), whole(slice(0, 1))], four)).toBe('index-invalid');
    expect(await fails([header(), part(1, 3), whole(slice(1, 3))], four)).toBe('index-invalid');
    expect(await fails([header(), part(0, 1, 2), whole(slice(0, 1), slice(1, 3))], four)).toBe(
      'index-invalid',
    );
  });
});
