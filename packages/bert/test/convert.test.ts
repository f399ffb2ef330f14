import { copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { Bert } from '../src/bert.js';
import type { Checkpoint } from '../src/checkpoint.js';
import { openCheckpoint } from '../src/checkpoint-open.js';
import { readPretrainedConfig } from '../src/pretrained.js';
import { convertPretrained } from '../src/saving/convert.js';
import type { SaveFormat } from '../src/saving/save-parameters.js';
import { temporaryFolder } from './raw-safetensors.js';

const model = (name: string): string => goldenPath(`model/tiny-gelu/${name}`);

async function tensorsOf(source: string): Promise<Map<string, Float32Array>> {
  const checkpoint: Checkpoint = await openCheckpoint(source);
  const tensors = new Map<string, Float32Array>();
  for (const [name, { dtype }] of checkpoint.entries)
    if (!dtype.startsWith('I')) tensors.set(name, await checkpoint.read(name));
  await checkpoint.close();
  return tensors;
}

/** Every folder of golden/model/tiny-gelu that has an encoder: folder, gelu, class, heads that KerasHub has no place for. */
const FOLDERS: readonly (readonly [folder: string, gelu: 'gelu' | 'gelu-tanh', architecture: string])[] = [
  ['hf', 'gelu', 'BertForPreTraining'],
  ['hf-sharded', 'gelu', 'BertForPreTraining'],
  ['hf-gamma-beta', 'gelu', 'BertForPreTraining'],
  ['hf-encoder-only', 'gelu', 'BertModel'],
  ['pt-zip', 'gelu', 'BertForPreTraining'],
  ['pt-legacy', 'gelu', 'BertForPreTraining'],
  ['pt-legacy-gamma-beta', 'gelu', 'BertForPreTraining'],
  ['pt-zip-gamma-beta-position-ids', 'gelu', 'BertForPreTraining'],
  ['pt-zip-encoder-only', 'gelu', 'BertModel'],
  ['pt-sharded', 'gelu', 'BertForPreTraining'],
  ['tf1-pretrained', 'gelu-tanh', 'BertForPreTraining'],
  ['tf1-pretrained-adam', 'gelu-tanh', 'BertForPreTraining'],
  ['tf1-finetuned', 'gelu-tanh', 'BertForSequenceClassification'],
  ['tf2-ckpt-functional', 'gelu-tanh', 'BertModel'],
  ['tf2-ckpt-functional-pretrainer', 'gelu-tanh', 'BertForMaskedLM'],
  ['tf2-ckpt-legacy-model', 'gelu-tanh', 'BertModel'],
  ['tf2-ckpt-v2-attrs', 'gelu-tanh', 'BertForMaskedLM'],
  ['tf2-savedmodel-hub', 'gelu-tanh', 'BertForMaskedLM'],
  ['tf2-savedmodel-hub-v2', 'gelu-tanh', 'BertModel'],
  ['hf-tf-h5', 'gelu', 'BertForPreTraining'],
  ['hf-tf-h5-model', 'gelu', 'BertModel'],
  ['hf-tf-h5-seqcls', 'gelu', 'BertForSequenceClassification'],
  ['hf-tf-safetensors', 'gelu', 'BertForPreTraining'],
  ['keras-hub', 'gelu-tanh', 'BertModel'],
];

const expectedStates = {
  gelu: readTensors(model('expected.safetensors')),
  'gelu-tanh': readTensors(model('expected-google-gelu.safetensors')),
};

/** Hidden states of one padded batch against those of the reference. */
async function expectStates(folder: string, gelu: 'gelu' | 'gelu-tanh'): Promise<void> {
  const golden = expectedStates[gelu];
  const bert = await Bert.fromPretrained(folder, { allowMissing: ['pooler'] });
  const tensor = (key: string): { shape: readonly number[]; data: Float32Array | Int32Array } => {
    const found = golden.get(`right-padded/${key}`);
    if (!found) throw new Error(`no ${key}`);
    return found;
  };
  const int32 = (key: string): tf.Tensor2D => {
    const { data, shape } = tensor(key);
    return tf.tensor2d(data, [shape[0], shape[1]], 'int32');
  };
  const inputs = {
    inputIds: int32('input_ids'),
    attentionMask: int32('attention_mask'),
    tokenTypeIds: int32('token_type_ids'),
  };
  const { lastHiddenState, pooledOutput } = bert.encode(inputs);
  expectClose(await lastHiddenState.data(), tensor('last_hidden_state').data, { atol: 5e-5 }, folder);
  tf.dispose([...Object.values(inputs), lastHiddenState, pooledOutput].filter((each) => each !== undefined));
  bert.dispose();
}

describe.each(FOLDERS)('%s', (folder, gelu, architecture) => {
  it('loads to the states of the reference', async () => {
    await tf.setBackend('wasm');
    await expectStates(model(folder), gelu);
  });

  it.each<SaveFormat>(['safetensors', 'google', 'tf-h5'])(
    'becomes %s and back, bit for bit',
    async (format) => {
      const before = await tensorsOf(model(folder));
      const there = join(temporaryFolder(), 'there');
      const back = join(temporaryFolder(), 'back');
      const report = await convertPretrained(model(folder), there, { format });
      expect(report.architecture).toBe(architecture);
      expect(report.converted.length + report.leftOut.length).toBeGreaterThanOrEqual(before.size);
      await convertPretrained(there, back);
      const after = await tensorsOf(back);
      const bare = (name: string): string =>
        name
          .replace(/^bert\./, '')
          .replace('LayerNorm.gamma', 'LayerNorm.weight')
          .replace('LayerNorm.beta', 'LayerNorm.bias');
      const wanted = new Map([...before].map(([name, values]) => [bare(name), values]));
      const found = new Map([...after].map(([name, values]) => [bare(name), values]));
      const lost = [...wanted.keys()].filter((name) => !found.has(name));
      // The classification layer of a tutorial's model and copies of tied weights may go; nothing else.
      expect(lost.filter((name) => !name.startsWith('cls.predictions.decoder.'))).toEqual([]);
      for (const [name, values] of found) expect([name, values]).toEqual([name, wanted.get(name)]);
      expect((await readPretrainedConfig(back)).config.activation).toBe(gelu);
    },
  );
});

describe('convertPretrained', () => {
  it('says what it left out', async () => {
    const { converted, leftOut } = await convertPretrained(model('hf-encoder-only'), temporaryFolder());
    expect(leftOut).toEqual(['embeddings.position_ids']);
    expect(converted).toContain('pooler.dense.weight');
  });

  it('keeps labels and half precision when asked to', async () => {
    const there = temporaryFolder();
    await convertPretrained(model('hf-fp16'), there, { dtype: 'float16', maxShardBytes: 20_000 });
    const json = JSON.parse(readFileSync(join(there, 'model.safetensors.index.json'), 'utf8')) as {
      weight_map: Record<string, string>;
    };
    expect(new Set(Object.values(json.weight_map)).size).toBeGreaterThan(1);
    const [before, after] = await Promise.all([tensorsOf(model('hf-fp16')), tensorsOf(there)]);
    for (const [name, values] of after) expect([name, values]).toEqual([name, before.get(name)]);
  });

  it('keeps a decoder that is not tied to the word embeddings, where the format has a place for it', async () => {
    const untied = temporaryFolder();
    cpSync(model('pt-zip/pytorch_model.bin'), join(untied, 'pytorch_model.bin'));
    const config = JSON.parse(readFileSync(model('pt-zip/config.json'), 'utf8')) as object;
    writeFileSync(join(untied, 'config.json'), JSON.stringify({ ...config, tie_word_embeddings: false }));
    const there = temporaryFolder();
    const { leftOut } = await convertPretrained(untied, there);
    expect(leftOut).toEqual([]);
    expect(await tensorsOf(there)).toEqual(await tensorsOf(untied));
    expect((await readPretrainedConfig(there)).extra).toMatchObject({ tie_word_embeddings: false });
    for (const format of ['google', 'tf-h5', 'keras-hub'] as const) {
      const elsewhere = temporaryFolder();
      const refused = convertPretrained(untied, elsewhere, { format });
      await expect(refused).rejects.toMatchObject({ code: 'not-supported' });
      await expect(refused).rejects.toThrow('tie_word_embeddings');
      expect(readdirSync(elsewhere)).toEqual([]);
    }
  });

  it('refuses what KerasHub would compute otherwise', async () => {
    const there = temporaryFolder();
    const refused = convertPretrained(model('hf-encoder-only'), there, { format: 'keras-hub' });
    await expect(refused).rejects.toMatchObject({ code: 'not-supported' });
    expect(readdirSync(there)).toEqual([]);
  });

  it('does not write half an encoder', async () => {
    const [source, there] = [temporaryFolder(), temporaryFolder()];
    const config = JSON.parse(readFileSync(join(model('hf'), 'config.json'), 'utf8')) as object;
    writeFileSync(join(source, 'config.json'), JSON.stringify({ ...config, num_hidden_layers: 3 }));
    copyFileSync(join(model('hf'), 'model.safetensors'), join(source, 'model.safetensors'));
    await expect(convertPretrained(source, there)).rejects.toMatchObject({
      code: 'parameters-mismatch',
      missing: expect.arrayContaining(['encoder.layer.2.output.dense.weight']) as unknown,
    });
    expect(readdirSync(there)).toEqual([]);
  });
});
