import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { goldenPath, readTensors } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { openCheckpoint } from '../src/checkpoint-open.js';
import { openHdf5Checkpoint } from '../src/hdf5/hdf5-checkpoint.js';
import { type DatasetToWrite, hdf5Bytes } from '../src/hdf5/write-hdf5.js';
import { readPretrainedConfig } from '../src/pretrained.js';
import { toBfloat16, fromBfloat16 } from '../src/safetensors/dtype.js';
import { nameKerasPaths } from '../src/names/keras-hub-names.js';
import { storedTokenizer } from '../src/stored-tokenizer.js';
import { expectStates } from './expect-states.js';
import { temporaryFolder } from './raw-safetensors.js';

const model = (name: string): string => goldenPath(`model/tiny-gelu/${name}`);
const original = readTensors(model('hf/model.safetensors'));

async function tensorsOf(
  source: string,
): Promise<Map<string, { shape: readonly number[]; data: Float32Array }>> {
  const checkpoint = await openCheckpoint(source);
  try {
    const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const { name, shape } of checkpoint.entries.values())
      tensors.set(name, { shape, data: await checkpoint.read(name) });
    return tensors;
  } finally {
    await checkpoint.close();
  }
}

const encoder = /^bert\./;
const pretraining = /^(bert|cls)\.(?!predictions\.decoder)/;

describe.each<[string, RegExp]>([
  ['hf-tf-h5', pretraining],
  ['hf-tf-h5/tf_model.fixed-strings.h5', pretraining],
  ['hf-tf-h5-model', encoder],
  ['hf-tf-h5-seqcls', encoder],
  ['hf-tf-safetensors', pretraining],
  ['keras-hub', encoder],
])('%s', (source, wanted) => {
  it('looks like a checkpoint of PyTorch, bit for bit', async () => {
    const tensors = new Map([...original].filter(([name]) => wanted.test(name)));
    const found = await tensorsOf(model(source));
    const heads = [...found.keys()].filter((name) => !tensors.has(name)).sort();
    expect(heads).toEqual(source.endsWith('seqcls') ? ['classifier.bias', 'classifier.weight'] : []);
    for (const [name, { shape, data }] of tensors)
      expect([name, found.get(name)]).toEqual([name, { shape, data }]);
  });

  it.each(['cpu', 'wasm'])('gives the states of the reference on %s', async (backend) => {
    await tf.setBackend(backend);
    const tanh = source === 'keras-hub' ? '-google-gelu' : '';
    await expectStates(model(source), model(`expected${tanh}.safetensors`));
  });
});

/** Written by KerasHub 0.32.0 with the same weights: tools/reference/hdf5_keras.py. */
const keras = (name: string): string => join(import.meta.dirname, 'golden/keras', name);

describe('presets and weights of KerasHub', () => {
  const classifier = {
    'classifier.weight': {
      shape: [3, 32],
      data: Float32Array.from({ length: 96 }, (_, i) => ((i % 32) * 3 + Math.floor(i / 32)) / 64),
    },
    'classifier.bias': { shape: [3], data: Float32Array.of(1, 2, 3) },
  };
  const masked = [...original].filter(([name]) => /^cls\.predictions\.(?!decoder)/.test(name));

  it.each<[string, readonly (readonly [string, unknown])[]]>([
    ['classifier', Object.entries(classifier)],
    ['classifier/model.weights.h5', Object.entries(classifier)],
    ['classifier.weights.h5', Object.entries(classifier)],
    ['masked-lm', masked],
  ])('%s has the encoder and its head', async (source, head) => {
    const found = await tensorsOf(keras(source));
    const wanted = new Map<string, unknown>([
      ...[...original].filter(([name]) => name.startsWith('bert.')),
      ...head,
    ]);
    expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [name, tensor] of wanted) expect([name, found.get(name)]).toEqual([name, tensor]);
  });

  it('have the task alone where that is asked for', async () => {
    const found = await tensorsOf(keras('classifier/task.weights.h5'));
    expect(Object.fromEntries(found)).toEqual(classifier);
  });

  it('are read in bfloat16', async () => {
    const found = await tensorsOf(keras('bfloat16.weights.h5'));
    for (const [name, { shape, data }] of original) {
      if (!name.startsWith('bert.')) continue;
      const rounded = fromBfloat16(toBfloat16(data as Float32Array));
      expect([name, found.get(name)]).toEqual([name, { shape, data: rounded }]);
    }
  });

  it('say their configuration and number of labels', async () => {
    const { config, extra, architectures } = await readPretrainedConfig(keras('classifier'));
    expect(config).toMatchObject({
      vocabSize: 200,
      hiddenSize: 32,
      numHeads: 4,
      numLayers: 2,
      intermediateSize: 64,
      maxPosition: 64,
      typeVocabSize: 2,
    });
    expect(config).toMatchObject({
      activation: 'gelu-tanh',
      layerNormEpsilon: 1e-12,
      hiddenDropout: 0,
      attentionDropout: 0,
    });
    const labels = ['LABEL_0', 'LABEL_1', 'LABEL_2'];
    expect(extra).toEqual({
      id2label: Object.fromEntries(labels.entries()),
      label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    });
    expect(architectures).toEqual([]);
    expect((await readPretrainedConfig(keras('classifier/model.weights.h5'))).config).toEqual(config);
    expect((await readPretrainedConfig(keras('masked-lm'))).extra).toEqual({});
    expect((await readPretrainedConfig(model('keras-hub'))).extra).toEqual({});
  });

  it('say their tokenizer', async () => {
    const folder = temporaryFolder();
    expect(await storedTokenizer(folder)).toBeUndefined();
    const write = (json: unknown): void =>
      writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(json));
    write({ version: '1.0', model: { type: 'WordPiece' } });
    expect(await storedTokenizer(folder)).toBeUndefined();
    write({ class_name: 'BertTokenizer', config: { lowercase: true, strip_accents: false } });
    await expect(storedTokenizer(folder)).rejects.toMatchObject({ code: 'not-found' });
    const vocabularyFile = join(folder, 'assets', 'tokenizer', 'vocabulary.txt');
    mkdirSync(join(folder, 'assets', 'tokenizer'), { recursive: true });
    writeFileSync(vocabularyFile, '[PAD]\n');
    const found = { kind: 'keras-hub', vocabularyFile, doLowerCase: true, stripAccents: false };
    expect(await storedTokenizer(folder)).toEqual(found);
  });

  it('are refused when the configuration is another class’s, with every problem', async () => {
    const folder = temporaryFolder();
    cpSync(keras('classifier'), folder, { recursive: true });
    const config = { vocabulary_size: 200, num_layers: 2, num_heads: 3, hidden_dim: 32, dropout: 0 };
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ class_name: 'RobertaBackbone', config }));
    await expect(readPretrainedConfig(folder)).rejects.toMatchObject({
      code: 'invalid-config',
      problems: expect.arrayContaining([
        expect.objectContaining({ field: 'class_name', found: '"RobertaBackbone"' }),
        expect.objectContaining({ field: 'config.intermediate_dim', found: undefined }),
        expect.objectContaining({
          field: 'config.hidden_dim',
          expected: 'a multiple of config.num_heads (3)',
        }),
      ]),
    });
  });

  it('are refused when task and backbone have the same parameter, and when one of them is damaged', async () => {
    const folder = temporaryFolder();
    cpSync(keras('classifier'), folder, { recursive: true });
    cpSync(join(folder, 'model.weights.h5'), join(folder, 'task.weights.h5'));
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      code: 'duplicate-name',
      file: join(folder, 'task.weights.h5'),
    });
    writeFileSync(join(folder, 'task.weights.h5'), 'no weights');
    await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: 'header-invalid' });
    rmSync(join(folder, 'task.weights.h5'));
    expect((await tensorsOf(folder)).size).toBe(39);
  });

  it.each([
    [
      'layers/transformer_encoder/_self_attention_layer/_query_dense/vars/0',
      'bert.encoder.layer.0.attention.self.query.weight true',
    ],
    [
      'layers/transformer_encoder_11/self_attention_layer/output_dense/vars/1',
      'bert.encoder.layer.11.attention.output.dense.bias false',
    ],
    [
      '_layer_checkpoint_dependencies/transformer_encoder_3/_feedforward_layer_norm/vars/0',
      'bert.encoder.layer.3.output.LayerNorm.weight false',
    ],
    [
      '_layer_checkpoint_dependencies/bert_backbone/_layer_checkpoint_dependencies/transformer_encoder/_feedforward_output_dense/vars/0',
      'bert.encoder.layer.0.output.dense.weight true',
    ],
    ['layers/embedding_1/vars/0', 'bert.embeddings.token_type_embeddings.weight false'],
    ['layers/conv1_d/vars/0', 'layers.conv1_d.vars.0 false'],
  ])('call %s %s', (path, name) => {
    const [mapped] = nameKerasPaths([path]).values();
    expect(`${mapped.name} ${mapped.transpose}`).toBe(name);
  });
});

describe('models that Keras 2 saved whole', () => {
  it('are read without what was kept for training', async () => {
    const dataset = (path: string): DatasetToWrite => ({
      path,
      shape: [2],
      values: () => Float32Array.of(1, 2),
    });
    const bias = 'tf_bert_model/bert/pooler/dense/bias:0';
    const parts: Uint8Array[] = [];
    for await (const part of hdf5Bytes([
      dataset(`model_weights/tf_bert_model/${bias}`),
      dataset(`optimizer_weights/Adam/m/${bias}`),
    ]))
      parts.push(Uint8Array.from(part));
    const checkpoint = await openHdf5Checkpoint(Buffer.concat(parts));
    expect([...checkpoint.entries.keys()]).toEqual(['bert.pooler.dense.bias']);
    await checkpoint.close();
  });
});
