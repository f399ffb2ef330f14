import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { goldenPath, readTensors } from '@bertune/testkit';

import type { RandomAccessFile } from '../src/files.js';
import { memoryFile } from '../src/files-memory.js';
import { DTYPE_BYTES } from '../src/safetensors/dtype.js';
import { openSafetensors } from '../src/safetensors/reader.js';
import { type TensorToWrite, writeSafetensors } from '../src/safetensors/writer.js';
import { rawFile, temporaryFolder } from './raw-safetensors.js';

const f32 = (shape: number[], begin: number, end: number): object => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('openSafetensors', () => {
  it.each(['hf', 'hf-encoder-only', 'hf-gamma-beta', 'hf-no-pooler'])(
    'reads every value of %s',
    async (folder) => {
      const path = goldenPath(`model/tiny-gelu/${folder}/model.safetensors`);
      const expected = readTensors(path);
      const bytes = new Uint8Array(readFileSync(path));
      for (const source of [path, bytes, memoryFile(bytes)]) {
        const file = await openSafetensors(source);
        expect([...file.entries.keys()].sort()).toEqual([...expected.keys()].sort());
        expect(file.metadata.get('format')).toBe('pt');
        for (const [name, tensor] of expected) {
          expect(file.entries.get(name)?.shape).toEqual(tensor.shape);
          expect(await file.read(name)).toEqual(Float32Array.from(tensor.data));
        }
        await file.close();
      }
    },
  );

  it('reads scalars, empty tensors, and a header with trailing spaces', async () => {
    const header = JSON.stringify({ a: f32([], 0, 4), none: f32([3, 0], 4, 4), __metadata__: { k: 'v' } });
    const file = await openSafetensors(rawFile(`${header}   `, 4));
    expect(await file.read('a')).toEqual(new Float32Array(1));
    expect(await file.read('none')).toEqual(new Float32Array());
    expect([...file.metadata]).toEqual([['k', 'v']]);
  });

  it('keeps names that objects have by nature', async () => {
    const file = await openSafetensors(
      rawFile('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
    );
    expect([...file.entries.keys()]).toEqual(['__proto__']);
    await expect(file.read('constructor')).rejects.toMatchObject({ code: 'not-found' });
  });

  const good = { a: f32([2], 0, 8), b: f32([1], 8, 12) };
  it.each<[string, string, Uint8Array]>([
    ['an empty file', 'truncated', new Uint8Array()],
    ['seven bytes', 'truncated', new Uint8Array(7)],
    ['a file cut in its data', 'truncated', rawFile(good, 12).subarray(0, -1)],
    ['a file cut in its header', 'header-too-large', rawFile(good, 0).subarray(0, -1)],
    ['a header larger than the file', 'header-too-large', rawFile(good, 12, 2 ** 40)],
    ['a header length of 2^64 - 1', 'header-too-large', new Uint8Array(64).fill(255)],
    ['a header that is not JSON', 'header-not-json', rawFile('{"a":', 0)],
    ['a header that is not UTF-8', 'header-not-json', rawFile(good, 12).fill(0xff, 9, 10)],
    ['a header that is an array', 'header-invalid', rawFile('[]', 0)],
    ['metadata that is not strings', 'header-invalid', rawFile({ __metadata__: { a: 1 } }, 0)],
    ['an entry that is a number', 'header-invalid', rawFile({ a: 1 }, 0)],
    ['an entry without shape', 'header-invalid', rawFile({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4)],
    ['a negative size', 'header-invalid', rawFile({ a: f32([-1], 0, 4) }, 4)],
    ['a fractional size', 'header-invalid', rawFile({ a: f32([0.5], 0, 2) }, 2)],
    [
      'a name twice',
      'duplicate-name',
      rawFile(`{"a":${JSON.stringify(good.a)},"\\u0061":${JSON.stringify(good.b)}}`, 12),
    ],
    [
      'a field twice',
      'duplicate-name',
      rawFile('{"a":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,8]}}', 8),
    ],
    [
      'an unknown dtype',
      'unknown-dtype',
      rawFile({ a: { dtype: 'F12', shape: [1], data_offsets: [0, 4] } }, 4),
    ],
    [
      'a dtype from the prototype',
      'unknown-dtype',
      rawFile({ a: { dtype: 'toString', shape: [1], data_offsets: [0, 4] } }, 4),
    ],
    ['a shape that needs more bytes', 'size-mismatch', rawFile({ a: f32([3], 0, 8) }, 8)],
    ['a shape beyond 2^53', 'size-mismatch', rawFile({ a: f32([2 ** 52, 2 ** 52], 0, 8) }, 8)],
    ['offsets in the wrong order', 'offsets-invalid', rawFile({ a: f32([1], 4, 0) }, 4)],
    ['a negative offset', 'offsets-invalid', rawFile({ a: f32([1], -4, 0) }, 4)],
    ['tensors that overlap', 'offsets-overlap', rawFile({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8)],
    ['tensors in the same place', 'offsets-overlap', rawFile({ a: f32([2], 0, 8), b: f32([2], 0, 8) }, 8)],
    ['a hole between tensors', 'offsets-gap', rawFile({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12)],
    [
      'a tensor after the end',
      'offsets-outside-file',
      rawFile({ a: f32([1], 0, 4), b: f32([1], 800, 804) }, 4),
    ],
    ['bytes after the last tensor', 'trailing-data', rawFile(good, 13)],
  ])('refuses %s: %s', async (_, code, bytes) => {
    const path = join(temporaryFolder(), 'model.safetensors');
    writeFileSync(path, bytes);
    await expect(openSafetensors(path)).rejects.toMatchObject({ name: 'CheckpointError', code, file: path });
    await expect(openSafetensors(path)).rejects.toThrow(path);
    await expect(openSafetensors(bytes)).rejects.toMatchObject({ code });
  });

  it('never takes a file for good that is cut anywhere', async () => {
    const whole = rawFile(good, 12);
    for (let length = 0; length < whole.length; length++) {
      await expect(openSafetensors(whole.subarray(0, length))).rejects.toMatchObject({
        name: 'CheckpointError',
      });
    }
    await expect(openSafetensors(whole)).resolves.toBeDefined();
  });

  it.each<[string, string, string]>([
    ['a name of 20 million letters', 'is not an object', `{"${'a'.repeat(2e7)}":1}`],
    ['5 million lists', 'objects and lists', `{"a":[${'[],'.repeat(5e6)}1]}`],
    ['20 million lists in each other', 'objects and lists', '['.repeat(2e7)],
    ['20 million objects in each other', 'objects and lists', '{"a":'.repeat(2e7)],
    ['escapes to the end', 'not JSON', `{"${'\\'.repeat(5e6)}`],
  ])('reads or refuses %s in one pass', async (_, message, header) => {
    const begin = performance.now();
    await expect(openSafetensors(rawFile(header, 0))).rejects.toThrow(message);
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  it('skips dtypes it cannot read and refuses to read them', async () => {
    const file = await openSafetensors(
      rawFile({ a: { dtype: 'F8_E4M3', shape: [4], data_offsets: [0, 4] } }, 4),
    );
    await expect(file.read('a')).rejects.toMatchObject({ code: 'unsupported-dtype', tensor: 'a' });
    expect(DTYPE_BYTES.F8_E4M3).toBe(1);
  });

  it('closes a file it was given: when opening fails, else with the result', async () => {
    const closes: string[] = [];
    const watched = (bytes: Uint8Array, name: string): RandomAccessFile => ({
      ...memoryFile(bytes),
      close: () => Promise.resolve(void closes.push(name)),
    });
    await expect(openSafetensors(watched(rawFile('[]', 0), 'bad'))).rejects.toMatchObject({
      code: 'header-invalid',
    });
    const file = await openSafetensors(watched(rawFile(good, 12), 'good'));
    expect(closes).toEqual(['bad']);
    await file.close();
    expect(closes).toEqual(['bad', 'good']);
  });

  it('tells a missing file from a folder', async () => {
    const folder = temporaryFolder();
    await expect(openSafetensors(join(folder, 'none'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(openSafetensors(folder)).rejects.toMatchObject({ code: 'read-failed' });
  });
});

describe('writeSafetensors', () => {
  const tensors: TensorToWrite[] = [
    { name: 'b', shape: [2, 3], values: () => Float32Array.of(1, -0, 1e-45, NaN, Infinity, 0.1) },
    { name: 'a', shape: [], values: () => Promise.resolve(Float32Array.of(7)) },
    { name: 'none', shape: [0, 5], values: () => new Float32Array() },
  ];

  it('writes what it reads, bit for bit', async () => {
    const path = join(temporaryFolder(), 'x.safetensors');
    await writeSafetensors(path, tensors, { metadata: { format: 'pt', note: 'ü' } });
    const file = await openSafetensors(path);
    expect(file.metadata.get('note')).toBe('ü');
    for (const { name, shape, values } of tensors) {
      expect(file.entries.get(name)?.shape).toEqual(shape);
      const read = await file.read(name);
      expect(new Uint8Array(read.buffer)).toEqual(new Uint8Array((await values()).slice().buffer));
    }
    await file.close();
    expect(Number(readFileSync(path).readBigUInt64LE(0)) % 8).toBe(0);
  });

  it('asks for one tensor at a time, each once', async () => {
    const asked: string[] = [];
    const watched = tensors.map((tensor) => ({
      ...tensor,
      values: () => {
        asked.push(tensor.name);
        return tensor.values();
      },
    }));
    await writeSafetensors(join(temporaryFolder(), 'x.safetensors'), watched);
    expect(asked).toEqual(['b', 'a', 'none']);
  });

  it.each<[string, string, TensorToWrite[]]>([
    ['two tensors of one name', 'duplicate-name', [tensors[1], tensors[1]]],
    ['a tensor called like the metadata', 'duplicate-name', [{ ...tensors[1], name: '__metadata__' }]],
    [
      'values that are too few',
      'size-mismatch',
      [{ name: 'a', shape: [2], values: () => new Float32Array(1) }],
    ],
    [
      'a value too large for float16',
      'value-out-of-range',
      [{ name: 'a', shape: [1], values: () => Float32Array.of(7e4) }],
    ],
  ])('refuses %s and leaves the former file', async (_, code, wrong) => {
    const folder = temporaryFolder();
    const path = join(folder, 'x.safetensors');
    writeFileSync(path, 'former');
    await expect(writeSafetensors(path, wrong, { dtype: 'float16' })).rejects.toMatchObject({ code });
    expect(readdirSync(folder)).toEqual(['x.safetensors']);
    expect(readFileSync(path, 'utf8')).toBe('former');
  });
});

describe('readTransposed', () => {
  const numbers = (length: number, from: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => from + i);
  /** [rows, columns] -> [columns, rows], by the definition. */
  const turned = (values: Float32Array, rows: number, columns: number): number[] =>
    Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);

  it.each(['float32', 'float16', 'bfloat16'] as const)(
    'gives matrices of %s the other way round, one after the other and at once, and vectors as they are',
    async (dtype) => {
      const path = join(temporaryFolder(), 'a.safetensors');
      const shapes: [string, number[]][] = [
        ['large', [9, 12]],
        ['small', [3, 5]],
        ['vector', [6]],
        ['again', [12, 9]],
      ];
      const values = new Map(
        shapes.map(([name, shape], at) => [
          name,
          numbers(
            shape.reduce((a, b) => a * b, 1),
            at,
          ),
        ]),
      );
      const valuesOf = (name: string): Float32Array => values.get(name) ?? new Float32Array();
      await writeSafetensors(
        path,
        shapes.map(([name, shape]) => ({ name, shape, values: () => valuesOf(name) })),
        { dtype },
      );
      const file = await openSafetensors(path);
      const expected = shapes.map(([name, [rows, columns = 1]]) => turned(valuesOf(name), rows, columns));
      const inTurn: number[][] = [];
      const kept: Float32Array[] = [];
      for (const [name] of shapes) {
        const result = await file.readTransposed(name);
        kept.push(result);
        inTurn.push([...result]);
      }
      expect(inTurn).toEqual(expected);
      const atOnce = await Promise.all(shapes.map(([name]) => file.readTransposed(name)));
      expect(atOnce.map((result) => [...result])).toEqual(expected);
      expect(kept.map((result) => [...result])).toEqual(expected); // nobody has written into them since
      await expect(file.readTransposed('none')).rejects.toMatchObject({ code: 'not-found' });
      await file.close();
    },
  );
});
