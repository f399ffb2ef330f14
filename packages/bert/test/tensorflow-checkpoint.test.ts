import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { Bert } from '../src/bert.js';
import type { Checkpoint } from '../src/checkpoint.js';
import { openCheckpoint } from '../src/checkpoint-open.js';
import { variableNames } from '../src/tensor-bundle/object-graph.js';
import { mapTf1Name } from '../src/names/tf1-names.js';
import { temporaryFolder } from './raw-safetensors.js';
import { field, message } from './raw-table.js';

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
  ['tf2-ckpt-functional', names(/^bert\./)],
  ['tf2-ckpt-functional-pretrainer', names(/^(bert|cls\.predictions)\.(?!decoder)/)],
  ['tf2-ckpt-legacy-model', names(/^bert\./)],
  ['tf2-ckpt-v2-attrs', names(/^(bert|cls\.predictions)\.(?!decoder)/)],
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
  it.each(['tf1-pretrained', 'tf1-pretrained-adam', 'tf2-ckpt-functional-pretrainer'])(
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

describe('object graphs', () => {
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
  const node = (fullName: string, key: string, ...others: Uint8Array[]): Uint8Array =>
    field(
      1,
      message(
        ...others,
        field(2, message(field(1, utf8('VARIABLE_VALUE')), field(2, utf8(fullName)), field(3, utf8(key)))),
      ),
    );
  const fault = (found: string): Error => new Error(found);

  it('names variables by their keys, without what belongs to training', () => {
    const slot = (id: number): Uint8Array =>
      field(3, message(field(1, 0), field(2, utf8('m')), field(3, id)));
    const graph = message(
      node('dense/kernel', 'layer/kernel/.ATTRIBUTES/VARIABLE_VALUE'),
      node('iter', 'optimizer/iter/.ATTRIBUTES/VARIABLE_VALUE', slot(2)),
      node('dense/kernel/m', 'layer/kernel/slot/.ATTRIBUTES/VARIABLE_VALUE'),
      node('dense/kernel/v', 'layer/kernel/.OPTIMIZER_SLOT/optimizer/v/.ATTRIBUTES/VARIABLE_VALUE'),
      node('total', 'keras_api/metrics/0/total/.ATTRIBUTES/VARIABLE_VALUE'),
      node('output_optimizer/bias', 'output_optimizer/bias/.ATTRIBUTES/VARIABLE_VALUE'),
    );
    expect([...variableNames(graph, fault)]).toEqual([
      ['layer/kernel/.ATTRIBUTES/VARIABLE_VALUE', 'dense/kernel'],
      ['output_optimizer/bias/.ATTRIBUTES/VARIABLE_VALUE', 'output_optimizer/bias'],
    ]);
    expect(() => variableNames(graph.subarray(0, 20), fault)).toThrow(/bytes are said to follow/);
  });

  it('are refused when one bit is wrong', async () => {
    const folder = temporaryFolder();
    cpSync(model('tf2-ckpt-v2-attrs'), folder, { recursive: true });
    const data = join(folder, 'bert_model.ckpt-1.data-00000-of-00001');
    const bytes = readFileSync(data);
    const at = bytes.indexOf('VARIABLE_VALUE');
    for (const bit of [1, 0x80]) {
      const wrong = Uint8Array.from(bytes);
      wrong[at] ^= bit;
      writeFileSync(data, wrong);
      await expect(openCheckpoint(folder)).rejects.toMatchObject({
        code: 'checksum-mismatch',
        tensor: '_CHECKPOINTABLE_OBJECT_GRAPH',
      });
    }
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
