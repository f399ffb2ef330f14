import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { type Hdf5File, openHdf5 } from '../src/hdf5/hdf5-reader.js';

/** Written by h5py 3.14.0: tools/reference/hdf5_keras.py. */
const path = (name: string): string => join(import.meta.dirname, 'golden/hdf5', name);

async function withFile<T>(source: string | Uint8Array, use: (file: Hdf5File) => Promise<T>): Promise<T> {
  const file = await openHdf5(source);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

const open = async (source: string | Uint8Array): Promise<string> =>
  withFile(source, () => Promise.resolve('opened')).catch((error: unknown) => {
    const { code, name } = error as { code?: string; name: string };
    if (name !== 'CheckpointError') throw error;
    return String(code);
  });

const counting = (length: number, first = 0): number[] => Array.from({ length }, (_, i) => first + i);

describe('files written by h5py', () => {
  it('have every type of numbers, in both orders of bytes', async () => {
    await withFile(path('types.h5'), async (file) => {
      const types = 'F16 F32 F64 I8 I16 I32 I64 U8 U16 U32'.split(' ');
      for (const order of ['little', 'big']) {
        for (const type of types) {
          const name = `${order}/${type}`;
          expect(file.entries.get(name)).toEqual({ name, dtype: type, shape: [2, 3] });
          expect([name, ...(await file.read(name))]).toEqual([name, ...counting(6)]);
        }
      }
      expect(file.entries.get('scalar')?.shape).toEqual([]);
      expect([...(await file.read('scalar'))]).toEqual([1.5]);
      expect(file.entries.has('soft')).toBe(false);
      expect(file.entries.get('empty')?.shape).toEqual([0, 3]);
      expect([...(await file.read('empty'))]).toEqual([]);
      expect([...(await file.read('null'))]).toEqual([]);
      expect([...(await file.read('compact'))]).toEqual(counting(6));
    });
  });

  it('have BF16 where an attribute says so, as Keras does', async () => {
    await withFile(path('types.h5'), async (file) => {
      const dtypes = ['bfloat16', 'fixed', 'opaque', 'other'].map(
        (name) => file.entries.get(`bf16/${name}`)?.dtype,
      );
      expect(dtypes).toEqual(['BF16', 'BF16', 'OPAQUE', 'OPAQUE']);
      expect([...(await file.read('bf16/bfloat16'))]).toEqual(counting(6));
      expect([...(await file.read('bf16/fixed'))]).toEqual(counting(6));
      expect(file.entries.get('bf16/native')?.dtype).toBe('BF16');
      expect([...(await file.read('bf16/native'))]).toEqual(counting(6));
    });
  });

  it('say what else they hold, and that it cannot be read as numbers', async () => {
    await withFile(path('types.h5'), async (file) => {
      const others = {
        text: 'VARIABLE_LENGTH_STRING',
        flags: 'ENUM',
        pairs: 'COMPOUND',
        'bf16/other': 'OPAQUE',
      };
      for (const [name, dtype] of Object.entries(others)) {
        expect(file.entries.get(name)?.dtype).toBe(dtype);
        await expect(file.read(name)).rejects.toMatchObject({ code: 'unsupported-dtype', tensor: name });
      }
      await expect(file.read('nothing')).rejects.toMatchObject({ code: 'not-found', tensor: 'nothing' });
    });
  });

  it('have groups deep and wide, and datasets of two names; links elsewhere are not followed', async () => {
    await withFile(path('links.h5'), async (file) => {
      expect(file.entries.size).toBe(304);
      expect([...(await file.read('many/a/b/c/d/e/f/g/h/i'))]).toEqual([0]);
      for (const i of [0, 7, 8, 99, 256, 299]) expect([...(await file.read(`rows/row_${i}`))]).toEqual([i]);
      expect([...(await file.read('original'))]).toEqual(counting(3));
      expect([...(await file.read('another name'))]).toEqual(counting(3));
      expect([...(await file.read('group/ünïcödé'))]).toEqual(counting(2));
      for (const name of ['soft', 'elsewhere', 'named type']) expect(file.entries.has(name)).toBe(false);
    });
  });

  it('may be of the latest format', async () => {
    await withFile(path('latest.h5'), async (file) => {
      const names = [
        ...counting(6).map((i) => `group/row_${i}`),
        'group/sub/deep',
        'compact',
        'added_0',
        'added_1',
      ];
      expect([...file.entries.keys()].sort()).toEqual(names.sort());
      for (const i of counting(6)) expect([...(await file.read(`group/row_${i}`))]).toEqual(counting(3, i));
      expect([...(await file.read('compact'))]).toEqual([0, 1]);
      expect([...(await file.read('added_1'))]).toEqual([1]);
    });
  });

  it('may keep the order in which they were made', async () => {
    await withFile(path('ordered.h5'), async (file) => {
      expect([...file.entries.keys()].sort()).toEqual(['a/values', 'b/values', 'c/values']);
      expect([...(await file.read('b/values'))]).toEqual(counting(3));
    });
  });

  it('may begin with a block of the user’s', async () => {
    await withFile(path('user-block.h5'), async (file) => {
      expect([...(await file.read('values'))]).toEqual(counting(4));
    });
  });

  it('may be cut into chunks, packed, shuffled and checked', async () => {
    const sizes: Record<string, [dtype: string, shape: number[]]> = {
      plain: ['F32', [10]],
      gzip: ['F32', [7, 5]],
      everything: ['F32', [3, 7, 5]],
      checked: ['F32', [9]],
      shuffled: ['F64', [6, 4]],
      larger: ['F32', [2, 3]],
      half: ['F16', [5, 5]],
    };
    await withFile(path('chunks.h5'), async (file) => {
      expect(Object.fromEntries([...file.entries].map(([name, { dtype, shape }]) => [name, [dtype, shape]]))).toEqual(sizes); // prettier-ignore
      for (const [name, [, shape]] of Object.entries(sizes))
        expect([name, ...(await file.read(name))]).toEqual([
          name,
          ...counting(shape.reduce((a, b) => a * b)),
        ]);
    });
  });

  it('may have so many chunks that their tree has levels', async () => {
    await withFile(path('many-chunks.h5'), async (file) => {
      expect([...(await file.read('many'))]).toEqual(counting(400));
    });
  });

  it('with a checksum on their chunks are refused when a byte of it or under it changes', async () => {
    const whole = Buffer.from(readFileSync(path('chunks.h5')));
    const checksum = Uint8Array.of(0x03, 0x82, 0x0b, 0x90);
    const values = new Uint8Array(Float32Array.from(counting(9)).buffer);
    const at = whole.indexOf(Buffer.concat([values, checksum]));
    expect(at).toBeGreaterThan(0);
    for (let offset = 0; offset < 40; offset++) {
      const bytes = Uint8Array.from(whole);
      bytes[at + offset] ^= 0x20;
      await expect(withFile(bytes, (file) => file.read('checked'))).rejects.toMatchObject({
        code: 'checksum-mismatch',
        tensor: 'checked',
      });
    }
  });

  it('that are packed are refused when they unpack to something else', async () => {
    const whole = Buffer.from(readFileSync(path('chunks.h5')));
    let refused = 0;
    for (let at = whole.indexOf(Uint8Array.of(0x78)); at >= 0; at = whole.indexOf(0x78, at + 1)) {
      const bytes = Uint8Array.from(whole);
      bytes[at] = 0x79;
      for (const name of ['gzip', 'everything', 'half'])
        await withFile(bytes, (file) => file.read(name)).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'CheckpointError' });
          refused++;
        });
    }
    expect(refused).toBeGreaterThan(10);
  });

  it.each([
    ['lzf.h5', 'not-supported', /values is stored by the filter lzf.*h5repack -f GZIP/],
    ['chunk-missing.h5', 'size-mismatch', /values of shape \[4, 4\] needs 2 chunks, but has 1/],
    ['chunk-bomb.h5', 'size-mismatch', /with values its chunks unpack to more than 1048576 bytes/],
    [
      'chunked-latest.h5',
      'not-supported',
      /values is cut into chunks of HDF5's latest format.*h5repack -l CONTI/,
    ],
    ['many-latest.h5', 'not-supported', /many objects in HDF5's latest format/],
    ['shared-type.h5', 'not-supported', /what values is lies elsewhere in the file/],
    ['external.h5', 'not-supported', /what values is lies in other files/],
    ['never-written.h5', 'size-mismatch', /values of dtype F32 and shape \[4\] needs 16 bytes, but has 0/],
  ])('of what is not read: %s', async (name, code, message) => {
    await expect(openHdf5(path(name))).rejects.toMatchObject({
      name: 'CheckpointError',
      code,
      message: expect.stringMatching(message),
    });
  });

  it('come from memory as from a path', async () => {
    await withFile(readFileSync(path('links.h5')), async (file) => {
      expect([...(await file.read('rows/row_123'))]).toEqual([123]);
    });
  });
});

describe('damaged files', () => {
  const bytes = (name: string): Buffer => readFileSync(path(name));
  const find = (file: Buffer, text: string, after = 0): number => {
    const at = file.indexOf(text, after);
    if (at < 0) throw new Error(`no ${text}`);
    return at;
  };

  it('are refused when they are no HDF5, empty, or cut off anywhere', async () => {
    expect(await open(new Uint8Array())).toBe('header-invalid');
    expect(await open(new TextEncoder().encode('not a file of weights at all'))).toBe('header-invalid');
    const whole = bytes('links.h5');
    for (const length of [8, 20, 60, 95, 96, 1000, whole.length >> 1, whole.length - 1]) {
      expect(['truncated', 'header-invalid']).toContain(await open(whole.subarray(0, length)));
    }
  });

  /** Addresses of the first group's header, tree, and first table of symbols. */
  const rootOf = (file: Buffer): { header: bigint; tree: number; table: number } => {
    const tree = Number(file.readBigUInt64LE(80));
    return { header: file.readBigUInt64LE(64), tree, table: Number(file.readBigUInt64LE(tree + 32)) };
  };

  it('whose groups hold themselves end', async () => {
    const file = bytes('types.h5');
    const { header, table } = rootOf(file);
    file.writeBigUInt64LE(header, table + 16);
    await expect(openHdf5(file)).rejects.toMatchObject({
      message: expect.stringMatching(/its own ancestor/),
    });
  });

  it('whose tree refers to itself end', async () => {
    const file = bytes('types.h5');
    const { tree } = rootOf(file);
    file.writeUInt8(1, tree + 5);
    file.writeBigUInt64LE(BigInt(tree), tree + 32);
    await expect(openHdf5(file)).rejects.toMatchObject({
      message: expect.stringMatching(/kind 0 and level 1/),
    });
  });

  it('whose header goes on in itself end', async () => {
    const file = bytes('latest.h5');
    const further = find(file, 'OCHK');
    const address = Buffer.alloc(8);
    address.writeBigUInt64LE(BigInt(further));
    const continuation = file.indexOf(address);
    expect(continuation).toBeGreaterThan(0);
    // The message that says where the header goes on, type and length before it, is now the first one there.
    file.copy(file, further + 4, continuation - 4, continuation + 16);
    expect(await open(file)).toBe('header-invalid');
  });

  it('with a shape beyond the file ask for no memory', async () => {
    const file = bytes('user-block.h5');
    const size = Buffer.from([1, 1, 1, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]);
    const at = file.indexOf(size);
    expect(at).toBeGreaterThan(0);
    file.writeBigUInt64LE(2n ** 40n, at + 8);
    expect(await open(file)).toBe('size-mismatch');
    file.writeBigUInt64LE(2n ** 60n, at + 8);
    expect(await open(file)).toBe('header-invalid');
  });

  it('with two datasets in one place are refused', async () => {
    const file = bytes('links.h5');
    // The layouts of rows: version 3, contiguous, address, four bytes.
    const layouts: number[] = [];
    for (
      let at = file.indexOf(Buffer.from([3, 1]));
      at >= 0;
      at = file.indexOf(Buffer.from([3, 1]), at + 1)
    ) {
      if (file.readBigUInt64LE(at + 10) === 4n) layouts.push(at);
    }
    expect(layouts.length).toBeGreaterThan(300);
    file.copy(file, layouts[5] + 2, layouts[4] + 2, layouts[4] + 10);
    expect(await open(file)).toBe('offsets-overlap');
  });

  it.each(['types.h5', 'links.h5', 'latest.h5', 'user-block.h5', 'chunks.h5'])(
    '%s changed anywhere is read or refused',
    async (name) => {
      const whole = bytes(name);
      const outcomes = new Map<string, number>();
      let random = 1;
      const next = (): number => (random = (Math.imul(random, 1664525) + 1013904223) >>> 0) / 2 ** 32;
      for (let i = 0; i < 100; i++) {
        const file = Uint8Array.from(whole);
        for (let k = 0; k < 3; k++) file[Math.floor(next() * file.length)] = Math.floor(next() * 256);
        const outcome = await open(file);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      expect([...outcomes.keys()].sort()).toEqual(expect.arrayContaining(['header-invalid', 'opened']));
    },
  );
});
