import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { goldenPath, readTensors } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';

import { openCheckpoint } from '../src/checkpoint-open.js';
import { createBertConfig } from '../src/config.js';
import { mapTf1Name, toTf1Name } from '../src/names/tf1-names.js';
import { readPretrainedConfig } from '../src/pretrained.js';
import type { ParameterToSave } from '../src/saving/parameter-to-save.js';
import { SAVE_FORMATS, type SaveFormat, saveParameters } from '../src/saving/save-parameters.js';
import { toParameterName, transposed } from '../src/weight-names.js';
import { temporaryFolder } from './raw-safetensors.js';

const model = (name: string): string => goldenPath(`model/tiny-gelu/${name}`);
const { config } = await readPretrainedConfig(model('tf1-pretrained'));
const original = readTensors(model('hf/model.safetensors'));
for (const tied of ['weight', 'bias']) original.delete(`cls.predictions.decoder.${tied}`);

/** Parameters as a model has them: matrices but embeddings [in, out], all of them to be turned. */
const parameters = new Map(
  [...original].map(([name, { shape, data }]): [string, ParameterToSave] => {
    const values = data as Float32Array;
    const transpose = shape.length === 2 && !name.includes('_embeddings');
    const [rows, columns] = shape;
    return [
      toParameterName(name),
      transpose
        ? { shape: [columns, rows], transpose, values: () => transposed(values, rows, columns) }
        : { shape, transpose, values: () => values },
    ];
  }),
);
const architecture = 'BertForPreTraining';

async function tensorsOf(source: string): Promise<Map<string, Float32Array>> {
  const checkpoint = await openCheckpoint(source);
  const tensors = new Map<string, Float32Array>();
  for (const name of checkpoint.entries.keys()) tensors.set(name, await checkpoint.read(name));
  await checkpoint.close();
  return tensors;
}

const expected = new Map([...original].map(([name, { data }]) => [name, data] as const));

describe('format google', () => {
  it('writes the very bytes that tf.train.Saver wrote of the same model', async () => {
    const folder = temporaryFolder();
    await saveParameters(folder, parameters, { config, architecture, format: 'google' });
    expect(readdirSync(folder).sort()).toEqual([
      'bert_config.json',
      'bert_model.ckpt.data-00000-of-00001',
      'bert_model.ckpt.index',
    ]);
    for (const name of ['bert_model.ckpt.data-00000-of-00001', 'bert_model.ckpt.index']) {
      const [ours, theirs] = [folder, model('tf1-pretrained')].map((from) => readFileSync(join(from, name)));
      expect([name, ours.length, ours.equals(theirs)]).toEqual([name, theirs.length, true]);
    }
  });

  it('says which gelu is meant to those who can tell', async () => {
    for (const activation of ['gelu', 'gelu-tanh', 'relu'] as const) {
      const folder = temporaryFolder();
      await saveParameters(folder, parameters, {
        config: { ...config, activation },
        architecture,
        format: 'google',
      });
      const json = JSON.parse(readFileSync(join(folder, 'bert_config.json'), 'utf8')) as Record<
        string,
        unknown
      >;
      expect(json.hidden_act).toBe(activation === 'relu' ? 'relu' : 'gelu');
      expect((await readPretrainedConfig(folder)).config).toEqual({ ...config, activation });
    }
  });

  it('has a name of Google’s for every parameter of every head', () => {
    const names = [
      ...original.keys(),
      'qa_outputs.weight',
      'qa_outputs.bias',
      'classifier.weight',
      'classifier.bias',
    ];
    for (const name of names) {
      const { name: variable, transpose } = toTf1Name(name);
      expect(mapTf1Name(variable)).toEqual({ name, transpose });
    }
  });
});

describe.each(SAVE_FORMATS)('format %s', (format) => {
  const used = { ...config, activation: 'gelu-tanh' as const };
  // KerasHub's pre-training heads are others.
  const kept = (name: string): boolean => format !== 'keras-hub' || !name.startsWith('cls.');
  const saved = new Map([...parameters].filter(([name]) => kept(name)));
  const options = { config: used, format, architecture: format === 'keras-hub' ? 'BertModel' : architecture };

  it('opens again with the same bits and the same configuration', async () => {
    const folder = temporaryFolder();
    await saveParameters(folder, saved, options);
    const found = await tensorsOf(folder);
    for (const name of [...expected.keys()].filter(kept))
      expect([name, found.get(name)]).toEqual([name, expected.get(name)]);
    const read = (await readPretrainedConfig(folder)).config;
    expect({ ...read, padTokenId: used.padTokenId, initializerRange: 0.02 }).toEqual({
      ...used,
      initializerRange: 0.02,
    });
  });

  it('leaves what is there when a value cannot be had', async () => {
    const folder = temporaryFolder();
    await saveParameters(folder, saved, options);
    const before = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'base64'));
    const broken = new Map(saved).set('pooler.dense.bias', {
      shape: [32],
      transpose: false,
      values: () => Promise.reject(new Error('lost')),
    });
    await expect(saveParameters(folder, broken, options)).rejects.toThrow('lost');
    expect(readdirSync(folder).map((name) => readFileSync(join(folder, name), 'base64'))).toEqual(before);
  });
});

describe('wrong use', () => {
  it('does not write what a loader would pass over', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'model.safetensors'), 'mine');
    await expect(
      saveParameters(folder, parameters, { config, architecture, format: 'google' }),
    ).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringMatching(/model\.safetensors lies there.*folder of their own/) as unknown,
    });
    expect(existsSync(join(folder, 'bert_config.json'))).toBe(false);
  });

  it.each<[string, object, RegExp]>([
    ['an unknown format', { format: 'onnx' as SaveFormat }, /format: expected one of safetensors, google/],
    ['half precision of a checkpoint', { format: 'google', dtype: 'float16' }, /dtype: expected float32/],
    ['shards of h5', { format: 'tf-h5', maxShardBytes: 100 }, /maxShardBytes: expected none/],
  ])('refuses %s', async (_name, options, message) => {
    const folder = temporaryFolder();
    await expect(saveParameters(folder, parameters, { config, architecture, ...options })).rejects.toThrow(
      message,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses parameters without a name in Google’s files', async () => {
    const odd = new Map(parameters).set('decoder.weight', {
      shape: [1],
      transpose: false,
      values: () => new Float32Array(1),
    });
    await expect(
      saveParameters(temporaryFolder(), odd, {
        config: createBertConfig(config),
        architecture,
        format: 'google',
      }),
    ).rejects.toThrow(/has no decoder\.weight/);
  });
});
