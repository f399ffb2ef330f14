import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { goldenPath, readTensors } from '@bertune/testkit';

import { openCheckpoint } from '../src/checkpoint-open.js';
import { unwrappedNames } from '../src/names/pytorch-names.js';
import { writeSafetensors } from '../src/safetensors/writer.js';
import { temporaryFolder } from './raw-safetensors.js';

const unwrap = (...names: string[]): string[] => [...unwrappedNames(names).values()];
const words = 'embeddings.word_embeddings.weight';

describe('names of a model that a program had wrapped', () => {
  it.each(['module.', '_orig_mod.', 'module._orig_mod.', '_orig_mod.module.', 'model.', '0.auto_model.'])(
    'lose %s',
    (prefix) => {
      for (const name of [`bert.${words}`, words]) {
        expect(unwrap(`${prefix}${name}`, `${prefix}classifier.weight`, 'loss.weight')).toEqual([
          name,
          'classifier.weight',
          'loss.weight',
        ]);
      }
    },
  );

  it('lose what stands before encoder.layer, but not encoder itself', () => {
    expect(unwrap(`encoder.${words}`, 'encoder.encoder.layer.0.x')).toEqual([words, 'encoder.layer.0.x']);
    expect(unwrap(words, 'encoder.layer.0.x')).toEqual([words, 'encoder.layer.0.x']);
  });

  it('lose a second bert, but not the only one', () => {
    const names = [`bert.${words}`, 'classifier.weight'];
    expect(unwrap(...names.map((name) => `bert.${name}`))).toEqual(names);
    expect(unwrap(...names)).toEqual(names);
  });

  it('lose what torch.compile put into the middle', () => {
    expect(unwrap('bert.encoder._orig_mod.layer.0.x', 'a_orig_mod.x')).toEqual([
      'bert.encoder.layer.0.x',
      'a_orig_mod.x',
    ]);
  });

  it('stay where two encoders or another architecture is there', () => {
    const two = [`query.bert.${words}`, `passage.bert.${words}`];
    expect(unwrap(...two)).toEqual(two);
    const wrapped = [`model.${words}`, `net.${words}`];
    expect(unwrap(...wrapped)).toEqual(wrapped);
    expect(unwrap(`roberta.${words}`, 'roberta.x')).toEqual([`roberta.${words}`, 'roberta.x']);
    expect(unwrap(`model.roberta.${words}`)).toEqual([`model.roberta.${words}`]);
  });

  it('lose module. without an encoder only when all have it', () => {
    expect(unwrap('module.a', 'module.b')).toEqual(['a', 'b']);
    expect(unwrap('module.a', 'b')).toEqual(['module.a', 'b']);
  });
});

describe('a wrapped model in a file', () => {
  const original = readTensors(goldenPath('model/tiny-gelu/hf/model.safetensors'));

  it('has the values of the plain one, either way round', async () => {
    const folder = temporaryFolder();
    const tensors = [...original].map(([name, { shape, data }]) => ({
      name: `model._orig_mod.${name}`,
      shape,
      values: () => Float32Array.from(data),
    }));
    await writeSafetensors(join(folder, 'model.safetensors'), tensors);
    const plain = await openCheckpoint(goldenPath('model/tiny-gelu/hf'));
    const wrapped = await openCheckpoint(folder);
    try {
      expect([...wrapped.entries.keys()].sort()).toEqual([...original.keys()].sort());
      for (const name of original.keys()) {
        expect(await wrapped.read(name)).toEqual(await plain.read(name));
        expect(await wrapped.readTransposed?.(name)).toEqual(await plain.readTransposed?.(name));
      }
    } finally {
      await plain.close();
      await wrapped.close();
    }
  });

  it('is refused where two of its tensors would be one', async () => {
    const path = join(temporaryFolder(), 'model.safetensors');
    const tensor = { shape: [1], values: () => new Float32Array(1) };
    const names = [`model.${words}`, 'model.x', 'x'];
    await writeSafetensors(path, names.map((name) => ({ name, ...tensor }))); // prettier-ignore
    const error: unknown = await openCheckpoint(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'duplicate-name' });
    expect((error as Error).message).toContain('model.x and x are the same parameter, x');
    // The file is closed: it can be written anew where open files cannot.
    writeFileSync(path, readFileSync(path));
  });
});
