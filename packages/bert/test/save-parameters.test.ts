import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { goldenPath, readTensors } from '@bertune/testkit';

import { loadParameters } from '../src/checkpoint-load.js';
import type { ParameterToSave } from '../src/saving/parameter-to-save.js';
import { saveParameters } from '../src/saving/save-parameters.js';
import { encoderParameters } from '../src/parameters.js';
import { readPretrainedConfig } from '../src/pretrained.js';
import { fromFloat16, toFloat16 } from '../src/safetensors/dtype.js';
import { temporaryFolder } from './raw-safetensors.js';

const golden = goldenPath('model/tiny-gelu/hf');
const { config, extra } = await readPretrainedConfig(golden);
const expected = encoderParameters(config, true);

/** Parameters of a folder, ready to be saved again. */
async function parametersOf(folder: string): Promise<Map<string, ParameterToSave>> {
  const parameters = new Map<string, ParameterToSave>();
  await loadParameters(folder, expected, {}, (name, values, shape) => {
    parameters.set(name, { shape, transpose: expected.get(name)?.transpose ?? false, values: () => values });
  });
  return parameters;
}

const original = await parametersOf(golden);
const valuesOf = (parameters: ReadonlyMap<string, ParameterToSave>): Promise<[string, Float32Array][]> =>
  Promise.all(
    [...parameters]
      .sort()
      .map(async ([name, { values }]): Promise<[string, Float32Array]> => [name, await values()]),
  );

afterEach(() => void jest.restoreAllMocks());

describe('saveParameters', () => {
  it('writes the very tensors that were read', async () => {
    const folder = join(temporaryFolder(), 'new', 'model');
    await saveParameters(folder, original, { config, extra, architecture: 'BertForPreTraining' });
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.safetensors']);
    const before = readTensors(join(golden, 'model.safetensors'));
    const after = readTensors(join(folder, 'model.safetensors'));
    expect(after.size).toBe(expected.size);
    for (const [name, tensor] of after) expect(tensor).toEqual(before.get(name));
    const { transformers_version: _, ...json } = JSON.parse(
      readFileSync(join(golden, 'config.json'), 'utf8'),
    ) as Record<string, unknown>;
    expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toEqual({
      ...json,
      torch_dtype: 'float32',
    });
  });

  it('leaves the prefix out of a model without head, and only there', async () => {
    const names = async (architecture?: string): Promise<string[]> => {
      const folder = temporaryFolder();
      await saveParameters(folder, original, { config, architecture });
      expect(await valuesOf(await parametersOf(folder))).toEqual(await valuesOf(original));
      return [...readTensors(join(folder, 'model.safetensors')).keys()];
    };
    expect((await names()).filter((name) => name.startsWith('bert.'))).toEqual([]);
    expect((await names('BertForMaskedLM')).filter((name) => !name.startsWith('bert.'))).toEqual([]);
    const head = new Map([
      ...original,
      ['classifier.bias', { shape: [1], transpose: false, values: () => new Float32Array(1) }],
    ]);
    await expect(saveParameters(temporaryFolder(), head, { config })).rejects.toMatchObject({
      unexpected: ['classifier.bias'],
    });
  });

  it('rounds to float16 when asked, and says so in config.json', async () => {
    const folder = temporaryFolder();
    await saveParameters(folder, original, { config, dtype: 'float16' });
    const rounded = (await valuesOf(original)).map(([name, values]) => [
      name,
      fromFloat16(toFloat16(values)),
    ]);
    expect(await valuesOf(await parametersOf(folder))).toEqual(rounded);
    expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toMatchObject({ dtype: 'float16' });
  });

  it('splits over files of at most the size asked for, and joins again', async () => {
    const folder = temporaryFolder();
    await saveParameters(folder, original, { config, maxShardBytes: 20_000 });
    const shards = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
    expect(shards.length).toBeGreaterThan(2);
    let largest = 0;
    for (const shard of shards) {
      const sizes = [...readTensors(join(folder, shard)).values()].map(({ data }) => data.byteLength);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      largest = Math.max(largest, total);
      expect(total <= 20_000 || sizes.length === 1).toBe(true);
    }
    expect(largest).toBe(200 * 32 * 4);
    const index = JSON.parse(readFileSync(join(folder, 'model.safetensors.index.json'), 'utf8')) as {
      metadata: object;
    };
    expect(index.metadata).toEqual({
      total_size: 4 * (await valuesOf(original)).reduce((sum, [, v]) => sum + v.length, 0),
    });
    expect(await valuesOf(await parametersOf(folder))).toEqual(await valuesOf(original));
  });

  it('removes weight files of a former save that would win over the new ones, and nothing else', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'vocab.txt'), '[PAD]');
    const listing = async (maxShardBytes: number): Promise<string> => {
      await saveParameters(folder, original, { config, maxShardBytes });
      expect(await valuesOf(await parametersOf(folder))).toEqual(await valuesOf(original));
      return readdirSync(folder).join(' ');
    };
    expect(await listing(Infinity)).toBe('config.json model.safetensors vocab.txt');
    const two =
      'config.json model-00001-of-00002.safetensors model-00002-of-00002.safetensors model.safetensors.index.json vocab.txt';
    expect(await listing(60_000)).toBe(two);
    expect(await listing(30_000)).not.toContain('of-00002');
    expect(await listing(60_000)).toBe(two);
    expect(await listing(Infinity)).toBe('config.json model.safetensors vocab.txt');
  });
});

describe('a save that fails', () => {
  interface Handle {
    write(...args: unknown[]): Promise<{ bytesWritten: number }>;
    sync(): Promise<void>;
  }

  async function handlePrototype(): Promise<Handle> {
    const handle = await open(join(golden, 'config.json'), 'r');
    await handle.close();
    return Object.getPrototypeOf(handle) as Handle;
  }

  const systemError = (code: string): Error =>
    Object.assign(new Error(`${code}: no`), { code, syscall: 'write' });

  async function formerModel(): Promise<{ folder: string; unchanged: () => void }> {
    const folder = temporaryFolder();
    await saveParameters(folder, original, { config, extra: { note: 'former' } });
    const names = readdirSync(folder);
    const contents = names.map((name) => readFileSync(join(folder, name)));
    return {
      folder,
      unchanged: () => {
        expect(readdirSync(folder)).toEqual(names);
        names.forEach((name, i) => expect(readFileSync(join(folder, name)).equals(contents[i])).toBe(true));
      },
    };
  }

  it.each([0, 1, 7, 39, 40])('because the disk is full at write %i changes nothing', async (full) => {
    const { folder, unchanged } = await formerModel();
    const prototype = await handlePrototype();
    const write = prototype.write;
    let count = 0;
    jest.spyOn(prototype, 'write').mockImplementation(function (this: unknown, ...args) {
      return count++ < full ? write.apply(this as Handle, args) : Promise.reject(systemError('ENOSPC'));
    });
    const saving = saveParameters(folder, original, { config });
    await expect(saving).rejects.toMatchObject({ name: 'CheckpointError', code: 'write-failed' });
    await expect(saving).rejects.toThrow(/the disk is full.*Nothing was replaced/);
    unchanged();
  });

  it('because the disk reports its trouble only at fsync changes nothing', async () => {
    const { folder, unchanged } = await formerModel();
    jest.spyOn(await handlePrototype(), 'sync').mockRejectedValue(systemError('EIO'));
    await expect(saveParameters(folder, original, { config })).rejects.toMatchObject({
      code: 'write-failed',
    });
    unchanged();
  });

  it('because a value cannot be had, on the last tensor, changes nothing', async () => {
    const { folder, unchanged } = await formerModel();
    const parameters = new Map(original);
    parameters.set('pooler.dense.bias', {
      shape: [32],
      transpose: false,
      values: () => Promise.reject(new Error('disposed')),
    });
    await expect(saveParameters(folder, parameters, { config })).rejects.toThrow('disposed');
    unchanged();
  });

  it('in a new folder leaves no folder', async () => {
    const folder = join(temporaryFolder(), 'model');
    const parameters = new Map(original).set('pooler.dense.bias', {
      shape: [32],
      transpose: false,
      values: () => new Float32Array(1),
    });
    await expect(saveParameters(folder, parameters, { config })).rejects.toMatchObject({
      code: 'size-mismatch',
    });
    expect(existsSync(folder)).toBe(false);
  });

  it('below a file says that the path is wrong', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(saveParameters(join(file, 'model'), original, { config })).rejects.toMatchObject({
      code: 'write-failed',
    });
  });
});
