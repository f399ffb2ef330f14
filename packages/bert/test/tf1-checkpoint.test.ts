import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { Bert } from '../src/bert.js';
import type { Checkpoint } from '../src/checkpoint.js';
import { openCheckpoint } from '../src/checkpoint-open.js';
import { mapTf1Name } from '../src/tensor-bundle/tf1-names.js';
import { temporaryFolder } from './raw-safetensors.js';

const model = (name: string): string => goldenPath(`model/tiny-gelu/${name}`);
const original = readTensors(model('hf/model.safetensors'));

async function withCheckpoint<T>(source: string, use: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  const checkpoint = await openCheckpoint(source);
  try {
    return await use(checkpoint);
  } finally {
    await checkpoint.close();
  }
}

/** Names of the original that a checkpoint holds: no copy of the word embeddings, heads as told. */
const names = (wanted: RegExp): string[] => [...original.keys()].filter((name) => wanted.test(name)).sort();

describe.each<[string, string[]]>([
  ['tf1-pretrained', names(/^(bert|cls)\.(?!predictions\.decoder)/)],
  ['tf1-pretrained-adam', names(/^(bert|cls)\.(?!predictions\.decoder)/)],
  ['tf1-finetuned', [...names(/^bert\./), 'classifier.bias', 'classifier.weight']],
])('%s', (folder, expected) => {
  it('looks like a checkpoint of Hugging Face, bit for bit', async () => {
    const head = readTensors(model('tf1-finetuned/expected-logits.safetensors'));
    const tensors = new Map([
      ...original,
      ['classifier.weight', head.get('output_weights')],
      ['classifier.bias', head.get('output_bias')],
    ] as const);
    await withCheckpoint(model(folder), async (checkpoint) => {
      expect([...checkpoint.entries.keys()].sort()).toEqual(expected);
      for (const [name, { dtype, shape }] of checkpoint.entries) {
        expect([name, dtype, ...shape]).toEqual([name, 'F32', ...(tensors.get(name)?.shape ?? [])]);
        expect(await checkpoint.read(name)).toEqual(tensors.get(name)?.data);
      }
    });
  });
});

describe.each(['cpu', 'wasm'])('Bert.fromPretrained on %s', (backend) => {
  it.each(['tf1-pretrained', 'tf1-pretrained-adam'])(
    '%s gives the states of Google’s gelu',
    async (folder) => {
      await tf.setBackend(backend);
      const golden = readTensors(model('expected-google-gelu.safetensors'));
      const bert = await Bert.fromPretrained(model(folder));
      for (const name of ['right-padded', 'left-padded', 'holes']) {
        const tensor = (key: string): { shape: readonly number[]; data: Float32Array | Int32Array } => {
          const found = golden.get(`${name}/${key}`);
          if (!found) throw new Error(`no ${name}/${key}`);
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
        const output = bert.encode(inputs, { hiddenStates: true });
        output.hiddenStates.forEach((states, i) => {
          const key = `hidden_states.${i}`;
          expectClose(states.dataSync(), tensor(key).data, { atol: 5e-5 }, key);
        });
        expectClose(output.pooledOutput?.dataSync() ?? [], tensor('pooler_output').data, { atol: 5e-5 });
        tf.dispose([output, inputs]);
      }
      bert.dispose();
    },
  );
});

describe('what a path means', () => {
  const release = (): string => {
    const folder = temporaryFolder();
    cpSync(model('tf1-pretrained'), folder, { recursive: true });
    return folder;
  };
  const opened = async (source: string): Promise<string> =>
    withCheckpoint(source, (checkpoint) => Promise.resolve(checkpoint.file));
  const move = (folder: string, to: string): void => {
    for (const ending of ['.index', '.data-00000-of-00001']) {
      renameSync(join(folder, `bert_model.ckpt${ending}`), join(folder, `${to}${ending}`));
    }
  };

  it('takes a folder, the beginning of the names, or the index', async () => {
    const folder = release();
    const index = join(folder, 'bert_model.ckpt.index');
    expect(await opened(folder)).toBe(index);
    expect(await opened(join(folder, 'bert_model.ckpt'))).toBe(index);
    expect(await opened(index)).toBe(index);
    for (const source of [folder, join(folder, 'bert_model.ckpt'), index]) {
      const bert = await Bert.fromPretrained(source);
      expect(bert.config.activation).toBe('gelu-tanh');
      bert.dispose();
    }
  });

  it('takes the only checkpoint, or the one that `checkpoint` names, wherever it was written', async () => {
    const folder = release();
    move(folder, 'model.ckpt-7');
    expect(await opened(folder)).toBe(join(folder, 'model.ckpt-7.index'));
    cpSync(join(model('tf1-pretrained'), 'bert_model.ckpt.index'), join(folder, 'model.ckpt-8.index'));
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('model.ckpt-7.index, model.ckpt-8.index'),
    });
    writeFileSync(join(folder, 'checkpoint'), 'model_checkpoint_path: "/tmp/run/model.ckpt-7"\n');
    expect(await opened(folder)).toBe(join(folder, 'model.ckpt-7.index'));
    rmSync(join(folder, 'model.ckpt-7.index'));
    expect(await opened(folder).catch((error: unknown) => (error as { code: string }).code)).toBe(
      'missing-shard',
    );
  });

  it('prefers safetensors', async () => {
    const folder = release();
    cpSync(model('hf/model.safetensors'), join(folder, 'model.safetensors'));
    expect(await opened(folder)).toBe(join(folder, 'model.safetensors'));
  });

  it('reports another size of the model in full', async () => {
    const folder = release();
    const config = { vocab_size: 200, hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 4 };
    writeFileSync(
      join(folder, 'bert_config.json'),
      JSON.stringify({
        ...config,
        intermediate_size: 48,
        max_position_embeddings: 64,
        type_vocab_size: 2,
        hidden_act: 'gelu',
      }),
    );
    await expect(Bert.fromPretrained(folder)).rejects.toMatchObject({
      code: 'parameters-mismatch',
      missing: [],
      unexpected: [],
      mismatched: expect.arrayContaining([
        { name: 'encoder.layer.1.output.dense.weight', expected: '[32, 48]', found: '[32, 64]' },
      ]),
    });
  });
});

describe('names', () => {
  it.each([
    ['cls/squad/output_weights', 'qa_outputs.weight', false],
    ['cls/squad/output_bias', 'qa_outputs.bias', false],
    ['cls/predictions/output_bias', 'cls.predictions.bias', false],
    ['cls/predictions/transform/dense/kernel', 'cls.predictions.transform.dense.weight', true],
    ['bert/encoder/layer_11/output/LayerNorm/beta', 'bert.encoder.layer.11.output.LayerNorm.bias', false],
    ['output_bias', 'classifier.bias', false],
    ['gpt/wte', 'gpt.wte', false],
  ])('%s is %s', (variable, name, transpose) => {
    expect(mapTf1Name(variable)).toEqual({ name, transpose });
  });
});
