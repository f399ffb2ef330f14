import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { goldenPath, readTensors } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import type { Checkpoint } from '../src/checkpoint.js';
import { openCheckpoint } from '../src/checkpoint-open.js';
import type { CheckpointError } from '../src/errors.js';
import { memoryFile } from '../src/files-memory.js';
import { openPickle } from '../src/pickle/open-pickle.js';
import { readPretrainedConfig } from '../src/pretrained.js';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from '../src/safetensors/dtype.js';
import { expectStates } from './expect-states.js';
import { raw, rawDict, rawLegacy, rawTensor } from './raw-pickle.js';
import { rawZip } from './raw-zip.js';

const model = (name: string): string => goldenPath(`model/tiny-gelu/${name}`);
const safetensors = readTensors(model('hf/model.safetensors'));
/** PyTorch's files also have the copy of the word embeddings that is tied to them. */
const original = new Map([
  ...safetensors,
  ['cls.predictions.decoder.weight', safetensors.get('bert.embeddings.word_embeddings.weight')],
  ['cls.predictions.decoder.bias', safetensors.get('cls.predictions.bias')],
] as const);

/** Written by torch 2.13.0: tools/reference/torch_files.py. */
const golden = (name: string): string =>
  join(fileURLToPath(new URL('golden/pickle/', import.meta.url)), name);

async function withCheckpoint<T>(
  source: Parameters<typeof openPickle>[0],
  use: (checkpoint: Checkpoint) => Promise<T>,
): Promise<T> {
  const checkpoint = await (typeof source === 'string' ? openCheckpoint(source) : openPickle(source));
  try {
    return await use(checkpoint);
  } finally {
    await checkpoint.close();
  }
}

const counting = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i);

/** Shape, dtype and values of every tensor. */
const contents = (source: Parameters<typeof openPickle>[0]): Promise<Record<string, unknown>> =>
  withCheckpoint(source, async ({ entries, read }) => {
    const result: Record<string, unknown> = {};
    for (const { name, dtype, shape } of entries.values())
      result[name] = [dtype, shape, [...(await read(name))]];
    return result;
  });

const failure = async (source: Parameters<typeof openPickle>[0]): Promise<CheckpointError> => {
  const error: unknown = await contents(source).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'CheckpointError' });
  return error as CheckpointError;
};

describe.each<[string, (values: Float32Array) => Float32Array]>([
  ['pt-zip', (values) => values],
  ['pt-legacy', (values) => values],
  ['pt-sharded', (values) => values],
  ['pt-zip-encoder-only', (values) => values],
  ['pt-legacy-gamma-beta', (values) => values],
  ['pt-zip-gamma-beta-position-ids', (values) => values],
  ['pt-zip-fp16', (values) => fromFloat16(toFloat16(values))],
  ['pt-zip-bf16', (values) => fromBfloat16(toBfloat16(values))],
])('%s', (folder, round) => {
  it('has the tensors of the original, bit for bit', async () => {
    await withCheckpoint(model(folder), async ({ entries, read }) => {
      const seen: string[] = [];
      for (const { name, shape } of entries.values()) {
        if (name.endsWith('position_ids')) continue;
        const current = name
          .replace(/LayerNorm\.gamma$/, 'LayerNorm.weight')
          .replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
        const key = folder === 'pt-zip-encoder-only' ? `bert.${current}` : current;
        seen.push(key);
        const tensor = original.get(key);
        expect([name, ...shape]).toEqual([name, ...(tensor?.shape ?? [])]);
        const values = await read(name);
        expect(new Uint32Array(values.buffer, values.byteOffset, values.length)).toEqual(
          new Uint32Array(round(Float32Array.from(tensor?.data ?? [])).buffer),
        );
      }
      const wanted = [...original.keys()].filter((key) => key.startsWith('bert.'));
      expect(seen).toEqual(expect.arrayContaining(wanted));
    });
  });

  it('gives the hidden states of transformers', async () => {
    await tf.setBackend('wasm');
    const half = /fp16|bf16/.exec(folder)?.[0];
    await expectStates(
      model(folder),
      model(half === undefined ? 'expected.safetensors' : `hf-${half}/expected.safetensors`),
    );
  });
});

it.each<[string, (pickle: Uint8Array, values: Float32Array) => Uint8Array]>([
  [
    'the archive',
    (pickle, values) =>
      rawZip([
        { name: 'x/data.pkl', content: pickle },
        { name: 'x/data/0', content: new Uint8Array(values.buffer) },
        { name: 'x/data/1', content: new Uint8Array(values.buffer) },
      ]),
  ],
  [
    'the form before it',
    (pickle, values) =>
      rawLegacy(pickle, [
        ['0', values],
        ['1', values],
      ]),
  ],
])('reads of %s what is asked for, each byte once', async (_, form) => {
  const count = 250_000;
  const tensor = (key: string): Uint8Array => rawTensor({ key, count, shape: [count] });
  const file = memoryFile(form(rawDict([['a', tensor('0')], ['b', tensor('1')]]), counting(count))); // prettier-ignore
  const reads: number[] = [];
  const checkpoint = await openPickle({
    ...file,
    read: (target, offset) => {
      reads.push(target.length);
      return file.read(target, offset);
    },
  });
  const sum = (): number => reads.splice(0).reduce((total, length) => total + length, 0);
  expect(sum()).toBeLessThan(2 ** 19);
  expect(await checkpoint.read('b')).toEqual(counting(count));
  expect(sum()).toBeLessThan(4 * count + 100);
});

it('finds the configuration beside a file', async () => {
  const { source } = await readPretrainedConfig(model('pt-zip/pytorch_model.bin'));
  expect(source).toBe(model('pt-zip/config.json'));
  const lightning = await readPretrainedConfig(join(model('pt-zip'), 'last.ckpt'));
  expect(lightning.source).toBe(model('pt-zip/config.json'));
});

describe('tensors of every kind', () => {
  interface Odd {
    readonly shape: readonly number[];
    readonly dtype: string;
    readonly values: readonly (number | boolean)[];
  }
  const odd = JSON.parse(readFileSync(model('pt-odd-tensors/odd.json'), 'utf8')) as Record<string, Odd>;
  const dtypes: Record<string, string> = {
    float32: 'F32',
    float64: 'F64',
    int64: 'I64',
    uint8: 'U8',
    bool: 'BOOL',
  };

  it.each(['odd-zip.bin', 'odd-legacy.bin', 'odd-training-checkpoint-zip.bin'])(
    'reads those of %s',
    async (file) => {
      await withCheckpoint(model(`pt-odd-tensors/${file}`), async ({ entries, read }) => {
        expect([...entries.keys()].sort()).toEqual(Object.keys(odd).sort());
        for (const [name, { shape, dtype, values }] of Object.entries(odd)) {
          expect(entries.get(name)).toEqual({ name, shape, dtype: dtypes[dtype] });
          // 2^40 fits, to the last bit
          expect(await read(name)).toEqual(Float32Array.from(values, Number));
        }
      });
    },
  );

  const transposed = [0, 3, 1, 4, 2, 5];
  const cube = Array.from({ length: 24 }, (_, i) => permuted(i));
  /** Element of `arange(24).reshape(2, 3, 4).permute(2, 0, 1)`. */
  function permuted(i: number): number {
    const [a, b, c] = [Math.floor(i / 6), Math.floor(i / 3) % 2, i % 3];
    return 12 * b + 4 * c + a;
  }
  const everything = {
    weight: ['F32', [2, 3], [0, 1, 2, 3, 4, 5]],
    transposed: ['F32', [3, 2], transposed],
    parameter: ['F32', [4], [0, 1, 2, 3]],
    attribute: ['F32', [3], [0, 1, 2]],
    half: ['F16', [5], [0, 1, 2, 3, 4]],
    uint16: ['U16', [2], [2, 3]],
    cube: ['F32', [4, 2, 3], cube],
  };

  it.each(['protocol-2', 'protocol-3', 'protocol-4', 'protocol-5', 'protocol-4-legacy', 'big-endian'])(
    'reads %s.bin',
    async (name) => {
      expect(await contents(golden(`${name}.bin`))).toEqual(everything);
      const bytes = new Uint8Array(readFileSync(golden(`${name}.bin`)));
      expect(await contents(bytes)).toEqual(everything);
      expect(await contents(memoryFile(bytes))).toEqual(everything);
    },
  );

  it('finds the model in what a training script saved, and beneath DataParallel', async () => {
    const linear = { weight: ['F32', [2, 3], [0, 1, 2, 3, 4, 5]], bias: ['F32', [2], [0, 1]] };
    expect(await contents(golden('training.bin'))).toEqual(linear);
    expect(await contents(golden('parallel.bin'))).toEqual(linear);
    for (const place of ['state_dict', 'model_state_dict', 'model', 'module']) {
      const inner = rawDict([['weight', rawTensor()]]).subarray(2, -1);
      const pickle = rawDict([['loss', rawTensor()], ['epoch', raw('K', 1)], [place, inner]]); // prettier-ignore
      expect(await contents(rawLegacy(pickle, [['0', counting(2)]]))).toEqual({
        weight: ['F32', [2], [0, 1]],
      });
    }
  });

  it('finds the only BERT among dictionaries of other names', async () => {
    const words = 'bert.embeddings.word_embeddings.weight';
    const inner = (name: string): Uint8Array => rawDict([[name, rawTensor()]]).subarray(2, -1);
    const names = async (...entries: Parameters<typeof rawDict>[0]): Promise<string[]> =>
      Object.keys(await contents(rawLegacy(rawDict(entries), [['0', counting(2)]])));
    expect(await names(['loss', rawTensor()], ['ema', inner('x')], ['net', inner(words)])).toEqual([words]);
    // Which of two is meant is for the user to say.
    expect(await names(['loss', rawTensor()], ['ema', inner(words)], ['net', inner(words)])).toEqual([
      'loss',
    ]);
  });

  it('does not read numbers that float32 cannot hold', async () => {
    const storage = (name: string, bytes: number[]): Uint8Array =>
      rawZip([
        {
          name: 'x/data.pkl',
          content: rawDict([
            ['a', rawTensor({ storage: `${name}Storage`, count: 1, shape: [], strides: [] })],
          ]),
        },
        { name: 'x/data/0', content: Uint8Array.from(bytes) },
      ]);
    expect(await contents(storage('Long', [255, 255, 255, 255, 255, 255, 255, 255]))).toEqual({
      a: ['I64', [], [-1]],
    });
    expect((await failure(storage('Long', [1, 0, 0, 1, 0, 0, 0, 0]))).code).toBe('inexact-value');
    for (const [name, bytes] of [
      ['ComplexFloat', 8],
      ['ComplexDouble', 16],
      ['QInt8', 1],
    ] as const) {
      const error = await failure(storage(name, Array<number>(bytes).fill(0)));
      expect(error).toMatchObject({ code: 'unsupported-dtype', tensor: 'a' });
    }
  });

  it('lists tensors in the order in which they lie in the file', async () => {
    const storages = ['2', '0', '1'].map((key) => [key, counting(2)] as const);
    const pickle = rawDict(['0', '1', '2'].map((key) => [`tensor ${key}`, rawTensor({ key })]));
    expect(Object.keys(await contents(rawLegacy(pickle, storages)))).toEqual([
      'tensor 2',
      'tensor 0',
      'tensor 1',
    ]);
  });

  it('lists views of one storage in their order', async () => {
    const view = (offset: number): Uint8Array => rawTensor({ offset, shape: [1] });
    const pickle = rawDict([['b', view(1)], ['a', view(0)]]); // prettier-ignore
    expect(Object.keys(await contents(rawLegacy(pickle, [['0', counting(2)]])))).toEqual(['a', 'b']);
  });

  it('reads nothing of an empty tensor, whatever its other sizes', async () => {
    for (const shape of [
      [0, 2 ** 40],
      [2 ** 40, 0],
    ]) {
      const pickle = rawDict([['a', rawTensor({ shape, strides: [1, 1] })]]);
      expect(await contents(rawLegacy(pickle, [['0', counting(2)]]))).toEqual({ a: ['F32', shape, []] });
    }
  });

  it('says when there is no tensor of a name', async () => {
    await withCheckpoint(golden('protocol-2.bin'), async ({ read }) => {
      await expect(read('constructor')).rejects.toMatchObject({ code: 'not-found', tensor: 'constructor' });
    });
  });
});
