import { cpSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { goldenPath } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';

import type { Checkpoint } from '../src/checkpoint.js';
import { openCheckpoint } from '../src/checkpoint-open.js';
import { encoderParameters } from '../src/parameters.js';
import { readPretrainedConfig } from '../src/pretrained.js';
import { SpareBuffer } from '../src/spare-buffer.js';
import { toParameterName, transposed } from '../src/weight-names.js';
import { temporaryFolder } from './raw-safetensors.js';

/** Written by transformers 4.57.6: tools/reference/tf_sharded.py. */
const golden = (name: string): string => join(fileURLToPath(new URL('golden/keras/', import.meta.url)), name);

async function valuesOf(checkpoint: Checkpoint): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const name of checkpoint.entries.keys()) values.set(name, await checkpoint.read(name));
  return values;
}

describe("shards of transformers' TensorFlow classes", () => {
  it('are the same in HDF5 and in safetensors, with all parameters of a BERT', async () => {
    const [hdf5, safetensors] = await Promise.all(
      ['tf-sharded-h5', 'tf-sharded-safetensors'].map((name) => openCheckpoint(golden(name))),
    );
    try {
      const values = await valuesOf(hdf5);
      expect(values).toEqual(await valuesOf(safetensors));
      const { config } = await readPretrainedConfig(golden('tf-sharded-h5'));
      const names = [...values.keys()].map(toParameterName);
      expect(names).toEqual(expect.arrayContaining([...encoderParameters(config, true).keys()]));
      expect(names).toContain('cls.predictions.bias');
    } finally {
      await hdf5.close();
      await safetensors.close();
    }
  });

  it('are refused when one is not what the index says', async () => {
    const folder = temporaryFolder();
    cpSync(golden('tf-sharded-h5'), folder, { recursive: true });
    cpSync(join(folder, 'tf_model-00001-of-00002.h5'), join(folder, 'tf_model-00002-of-00002.h5'));
    await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: 'index-mismatch' });
    writeFileSync(join(folder, 'tf_model.h5.index.json'), '{"weight_map":{"a/b:0":"../x.h5"}}');
    await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: 'unsafe-path' });
  });
});

describe.each(['hf', 'hf-sharded', 'hf-bf16', 'pt-zip', 'pt-legacy', 'pt-sharded', 'pt-zip-fp16'])(
  'matrices of %s',
  (folder) => {
    it('are the same the other way round, one after the other and at once', async () => {
      const checkpoint = await openCheckpoint(goldenPath(`model/tiny-gelu/${folder}`));
      try {
        const matrices = [...checkpoint.entries.values()].filter(({ shape }) => shape.length === 2);
        expect(matrices.length).toBeGreaterThan(10);
        const turned = async (name: string): Promise<Float32Array | undefined> =>
          checkpoint.readTransposed?.(name);
        const atOnce = await Promise.all(matrices.map(({ name }) => turned(name)));
        for (const [i, { name, shape }] of matrices.entries()) {
          const expected = transposed(await checkpoint.read(name), shape[0], shape[1]);
          expect(await turned(name)).toEqual(expected);
          expect(atOnce[i]).toEqual(expected);
        }
        const bias = [...checkpoint.entries.keys()].find((name) => name.endsWith('.bias')) ?? '';
        expect(await turned(bias)).toEqual(await checkpoint.read(bias));
      } finally {
        await checkpoint.close();
      }
    });
  },
);

describe('SpareBuffer', () => {
  it('lends one buffer again and again, and another to whom asks meanwhile', async () => {
    const spare = new SpareBuffer();
    const seen: Float32Array[] = [];
    const take = (length: number): Promise<void> =>
      spare.lend(length, (buffer) => {
        expect(buffer.length).toBeGreaterThanOrEqual(length);
        seen.push(buffer);
        return Promise.resolve();
      });
    await take(8);
    await take(4);
    expect(seen[1]).toBe(seen[0]);
    await spare.lend(1, () => take(1));
    expect(seen[2]).not.toBe(seen[0]);
    await take(8);
    expect(seen[3]).toBe(seen[0]);
    spare.release();
    await take(8);
    expect(seen[4]).not.toBe(seen[0]);
  });
});
