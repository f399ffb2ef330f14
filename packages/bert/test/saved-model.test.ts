import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  expectClose,
  type GoldenTensor,
  goldenPath,
  readGoldenJson,
  readTensors,
  sharedPath,
} from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { Bert } from '../src/bert.js';
import { openCheckpoint } from '../src/checkpoint-open.js';
import { encoderParameters } from '../src/parameters.js';
import { createBertConfig } from '../src/config.js';
import { type GraphVariable, nameVariables } from '../src/names/variable-names.js';
import { readPretrainedConfig } from '../src/pretrained.js';
import { savedModelTokenizer } from '../src/saved-model/saved-model-tokenizer.js';
import { storedTokenizer } from '../src/stored-tokenizer.js';
import { toParameterName } from '../src/weight-names.js';
import { temporaryFolder } from './raw-safetensors.js';
import { field, message } from './raw-table.js';

const model = (name: string): string => goldenPath(`model/tiny-gelu/${name}`);
const SAVED_MODELS = ['tf2-savedmodel-hub', 'tf2-savedmodel-hub-v2', 'tf2-savedmodel-finetuned'];
const original = readTensors(model('hf/model.safetensors'));
const expected = readTensors(model('tf2-savedmodel.expected.safetensors'));
const head = readTensors(model('tf2-savedmodel-finetuned.head.safetensors'));

function golden(name: string): GoldenTensor {
  const tensor = expected.get(name);
  if (tensor === undefined) throw new Error(`no ${name}`);
  return tensor;
}

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

it('a SavedModel that transformers put below its config.json is found', async () => {
  const folder = temporaryFolder();
  cpSync(model('tf2-savedmodel-hub'), join(folder, 'saved_model', '1'), { recursive: true });
  cpSync(model('hf/config.json'), join(folder, 'config.json'));
  expect(await tensorsOf(folder)).toEqual(await tensorsOf(model('tf2-savedmodel-hub')));
  expect((await readPretrainedConfig(folder)).config.activation).toBe('gelu');
});

describe.each(SAVED_MODELS)('%s', (folder) => {
  it('looks like a checkpoint of Hugging Face, bit for bit', async () => {
    const wanted = folder.endsWith('v2') ? /^bert\./ : /^(bert|cls\.predictions)\.(?!decoder)/;
    const tensors = new Map([...original].filter(([name]) => wanted.test(name)));
    if (folder.endsWith('finetuned')) {
      tensors.set('classifier.weight', { shape: [1, 32], data: head.get('kernel')!.data });
      tensors.set('classifier.bias', head.get('bias')!);
    }
    const found = await tensorsOf(model(folder));
    expect([...found.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { shape, data }] of tensors)
      expect([name, found.get(name)]).toEqual([name, { shape, data }]);
  });

  it.each(['cpu', 'wasm'])('gives the outputs of the reloaded SavedModel on %s', async (backend) => {
    await tf.setBackend(backend);
    const bert = await Bert.fromPretrained(model(folder));
    for (const name of ['plain', 'right-padded', 'left-padded', 'max-length', 'holes']) {
      const int32 = (key: string): tf.Tensor2D => {
        const { data, shape } = golden(`${name}/${key}`);
        return tf.tensor2d(data, [shape[0], shape[1]], 'int32');
      };
      const inputs = {
        inputIds: int32('input_word_ids'),
        attentionMask: int32('input_mask'),
        tokenTypeIds: int32('input_type_ids'),
      };
      const output = bert.encode(inputs, { hiddenStates: true });
      const close = (found: tf.Tensor | undefined, key: string): void =>
        expectClose(found?.dataSync() ?? [], golden(`${name}/${key}`).data, { atol: 5e-5 }, key);
      close(output.lastHiddenState, 'sequence_output');
      close(output.pooledOutput, 'pooled_output');
      [0, 1].forEach((i) => close(output.hiddenStates[i + 1], `encoder_outputs.${i}`));
      tf.dispose([output, inputs]);
    }
    bert.dispose();
  });

  it('tells its configuration by its shapes', async () => {
    const { config, extra, source } = await readPretrainedConfig(model(folder));
    expect(source).toBe(model(folder));
    const sizes = { vocabSize: 200, hiddenSize: 32, numLayers: 2, intermediateSize: 64, maxPosition: 64 };
    expect(config).toEqual(createBertConfig({ ...sizes, numHeads: 4, activation: 'gelu-tanh' }));
    const labels = { id2label: { 0: 'LABEL_0' }, label2id: { LABEL_0: 0 } };
    expect(extra).toEqual(folder.endsWith('finetuned') ? labels : {});
  });

  it('tells its tokenizer', async () => {
    const copy = temporaryFolder();
    cpSync(model(folder), copy, { recursive: true });
    await expect(savedModelTokenizer(copy)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/without its vocabulary/),
    });
    mkdirSync(join(copy, 'assets'));
    writeFileSync(join(copy, 'assets', 'my-words.txt'), '[PAD]\n');
    const vocabularyFile = join(copy, 'assets', 'my-words.txt');
    expect(await savedModelTokenizer(copy)).toEqual({ vocabularyFile, doLowerCase: true });
    expect(await storedTokenizer(copy)).toEqual({ kind: 'saved-model', vocabularyFile, doLowerCase: true });
    expect(await savedModelTokenizer(join(copy, 'variables'))).toEqual({ vocabularyFile, doLowerCase: true });
  });
});

/** Written by Keras 2 with a TFBert of transformers 4.57.6 in the model: tools/reference/tfbert_saved_model.py. */
describe('a TFBert inside a model of Keras', () => {
  const folder = join(import.meta.dirname, 'golden/keras/tfbert-saved-model');
  const outputs = readTensors(join(folder, 'expected.safetensors'));

  it.each(['cpu', 'wasm'])('gives the outputs of transformers on %s', async (backend) => {
    await tf.setBackend(backend);
    const bert = await Bert.fromPretrained(folder);
    const sizes = { vocabSize: 20, hiddenSize: 64, numLayers: 1, intermediateSize: 48, maxPosition: 16 };
    expect(bert.config).toEqual(createBertConfig({ ...sizes, numHeads: 1, activation: 'gelu' }));
    const int32 = (name: string): tf.Tensor2D => tf.tensor2d(outputs.get(name)!.data, [2, 6], 'int32');
    const [inputIds, attentionMask] = [int32('input_ids'), int32('attention_mask')];
    const inputs = { inputIds, attentionMask, tokenTypeIds: tf.zerosLike(inputIds) };
    const output = bert.encode(inputs);
    const wanted = (name: string): ArrayLike<number> => outputs.get(name)!.data;
    expectClose(output.lastHiddenState.dataSync(), wanted('last_hidden_state'), { atol: 5e-5 });
    expectClose(output.pooledOutput?.dataSync() ?? [], wanted('pooler_output'), { atol: 5e-5 });
    const heads = await tensorsOf(folder);
    const [weight, bias] = ['weight', 'bias'].map((part) => heads.get(`classifier.${part}`)!);
    const logits = tf.add(
      tf.matMul(output.pooledOutput!, tf.tensor2d(weight.data, [2, 64]), false, true),
      tf.tensor1d(bias.data),
    );
    expectClose(logits.dataSync(), wanted('logits'), { atol: 5e-5 });
    tf.dispose([output, inputs, logits]);
    bert.dispose();
  });
});

describe('a SavedModel', () => {
  const finetuned = (): string => {
    const folder = temporaryFolder();
    cpSync(model('tf2-savedmodel-finetuned'), folder, { recursive: true });
    return folder;
  };

  it('is known by its folder, by saved_model.pb and by its folder of variables', async () => {
    const folder = finetuned();
    writeFileSync(join(folder, 'saved_model.pb'), '');
    for (const source of [folder, join(folder, 'saved_model.pb'), join(folder, 'variables')]) {
      expect((await tensorsOf(source)).size).toBe(46);
      expect((await readPretrainedConfig(source)).config.numHeads).toBe(4);
    }
    rmSync(join(folder, 'variables'), { recursive: true });
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      code: 'not-found',
      file: join(folder, 'variables', 'variables.index'),
    });
    await expect(savedModelTokenizer(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is taken by its own config.json where there is one', async () => {
    const folder = finetuned();
    cpSync(model('hf/config.json'), join(folder, 'config.json'));
    expect((await readPretrainedConfig(folder)).config.activation).toBe('gelu');
  });

  it.each([
    [
      '{"class_name":"BinaryCrossentropy","config":{"from_logits":true}}',
      'multi_label_classification',
      'LABEL_0',
    ],
    ['"binary_crossentropy"', 'multi_label_classification', 'LABEL_0'],
    ['{"classifier":{"class_name":"BinaryCrossentropy"}}', 'multi_label_classification', 'LABEL_0'],
    ['["mean_squared_error"]', 'regression', undefined],
    ['null', undefined, undefined],
    ['{', undefined, undefined],
  ])('compiled with the loss %s has problem type %s', async (loss, problem, negative) => {
    const folder = finetuned();
    const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
    const object = message(field(3, utf8('root')), field(5, utf8(`{"training_config":{"loss":${loss}}}`)));
    writeFileSync(join(folder, 'keras_metadata.pb'), field(1, object));
    const { extra } = await readPretrainedConfig(folder);
    expect([extra.problem_type, extra.negative_label]).toEqual([problem, negative]);
    const [label] = Object.values(extra.id2label as object) as string[];
    expect(label).toBe(negative === undefined ? 'LABEL_0' : 'LABEL_1');
  });

  it('that is no BERT says what its variables do not tell', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'variables'));
    for (const ending of ['index', 'data-00000-of-00001']) {
      cpSync(
        join(import.meta.dirname, `golden/tensor-bundle/types.${ending}`),
        join(folder, `variables/variables.${ending}`),
      );
    }
    await expect(readPretrainedConfig(folder)).rejects.toMatchObject({
      code: 'invalid-config',
      message: expect.stringMatching(
        /vocab_size: expected a variable that tells, found none[^]*config\.json/,
      ),
    });
    renameSync(join(folder, 'variables'), join(folder, 'elsewhere'));
    await expect(readPretrainedConfig(folder)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('variables', () => {
  interface Key {
    readonly key: string;
    readonly full_name?: string;
    readonly shape: readonly number[];
    readonly dtype: string;
  }
  const VALUE = '/.ATTRIBUTES/VARIABLE_VALUE';
  const keysOf = (folder: string): Key[] =>
    readGoldenJson<{ keys: Key[] }>(model(`${folder}.keys.json`)).keys.filter(
      ({ key, dtype }) => dtype === 'float32' && !/(^|\/)(optimizer|keras_api|\.OPTIMIZER_SLOT)\//.test(key),
    );
  const variablesOf = (keys: readonly Key[], fullName: (key: Key) => string): GraphVariable[] =>
    keys.map((key) => ({ path: key.key.slice(0, -VALUE.length), fullName: fullName(key), shape: key.shape }));
  const byPath = (variables: GraphVariable[]): Record<string, string> =>
    Object.fromEntries(
      [...nameVariables(variables)].map(([{ path }, { name, transpose }]) => [path, `${name} ${transpose}`]),
    );

  it.each(SAVED_MODELS)('of %s are known without full names, or with ones that mean nothing', (folder) => {
    const keys = keysOf(folder);
    const wanted = byPath(variablesOf(keys, ({ full_name: name }) => name ?? ''));
    expect(Object.values(wanted).every((name) => /^(bert|cls|classifier)\./.test(name))).toBe(true);
    expect(byPath(variablesOf(keys, () => ''))).toEqual(wanted);
    expect(byPath(variablesOf(keys, () => 'Variable'))).toEqual(wanted);
  });

  it('with numbers alone are left alone when one shape is not that of its place', () => {
    const keys = keysOf('tf2-savedmodel-hub').map((key) =>
      key.key.startsWith('variables/20/') ? { ...key, shape: [33] } : key,
    );
    expect(Object.values(byPath(variablesOf(keys, () => ''))).some((name) => name.startsWith('bert.'))).toBe(
      false,
    );
  });

  it.each([
    ['bert_model/word_embeddings/embeddings', 'bert.embeddings.word_embeddings.weight false'],
    [
      'bert_model/embedding_postprocessor/type_embeddings',
      'bert.embeddings.token_type_embeddings.weight false',
    ],
    ['bert_model/embedding_postprocessor/layer_norm/beta', 'bert.embeddings.LayerNorm.bias false'],
    [
      'bert_model/encoder/layer_7/self_attention_output/kernel',
      'bert.encoder.layer.7.attention.output.dense.weight true',
    ],
    ['bert_model/encoder/layer_7/output/kernel', 'bert.encoder.layer.7.output.dense.weight true'],
    ['next_sentence/logits/kernel', 'cls.seq_relationship.weight true'],
    ['next_sentence/logits/bias', 'cls.seq_relationship.bias false'],
    ['sentence_prediction/logits/kernel', 'classifier.weight true'],
    [
      'tf_bert_model/bert/encoder/layer_._3/output/LayerNorm/gamma:0',
      'bert.encoder.layer.3.output.LayerNorm.weight false',
    ],
    ['bert/encoder/layer_3/attention/self/key/kernel', 'bert.encoder.layer.3.attention.self.key.weight true'],
    ['crf/transitions', 'crf.transitions false'],
  ])('called %s are %s', (fullName, name) => {
    expect(byPath([{ path: 'a', fullName, shape: [2, 3] }])).toEqual({ a: name });
  });

  it('of the first pre-training tell the next sentence by the head beside it', () => {
    const dense = ['kernel', 'bias'].map((part) => ({
      path: `layer_with_weights-9/${part}`,
      fullName: `predictions/transform/logits/${part}`,
      shape: part === 'kernel' ? [8, 2] : [2],
    }));
    const words = { path: 'w', fullName: 'word_embeddings/embeddings', shape: [9, 8] };
    const mlm = { path: 'm', fullName: 'cls/predictions/output_bias/bias', shape: [9] };
    const names = (variables: GraphVariable[]): string[] =>
      [...nameVariables(variables).values()].map(({ name }) => name);
    expect(names([words, mlm, ...dense]).slice(2)).toEqual([
      'cls.seq_relationship.weight',
      'cls.seq_relationship.bias',
    ]);
    expect(names([words, ...dense]).slice(1)).toEqual(['classifier.weight', 'classifier.bias']);
    const other = dense.map((variable) => ({ ...variable, path: `other/${variable.path}`, fullName: 'd' }));
    expect(names([words, ...dense, ...other]).slice(1)).not.toContain('classifier.weight');
  });

  const real = sharedPath('golden/model/real-world-keys.json.gz');
  (real === undefined ? it.skip : it)('of four public SavedModels make whole BERTs (needs ../shared)', () => {
    const lists = readGoldenJson<{ keys: [string, number[], string][] }[]>(real ?? '');
    const found = lists.map(({ keys }) => {
      const variables = variablesOf(
        keys
          .filter(
            ([key, , dtype]) =>
              dtype === 'float32' && !/(^|\/)(optimizer|keras_api|\.OPTIMIZER_SLOT)\//.test(key),
          )
          .map(([key, shape, dtype]) => ({ key, shape, dtype })),
        () => '',
      );
      const names = [...nameVariables(variables).values()].map(({ name }) => toParameterName(name));
      const numLayers = new Set(names.flatMap((name) => /^encoder\.layer\.(\d+)/.exec(name)?.[1] ?? [])).size;
      const encoder = [...encoderParameters(createBertConfig({ numLayers }), true).keys()];
      expect(names).toEqual(expect.arrayContaining(encoder));
      return [
        numLayers,
        names
          .filter((name) => !encoder.includes(name))
          .sort()
          .join(' '),
      ];
    });
    const mlm = [
      'bias',
      ...['LayerNorm.bias', 'LayerNorm.weight', 'dense.bias', 'dense.weight'].map((n) => `transform.${n}`),
    ];
    const heads = [
      'classifier.bias',
      'classifier.weight',
      ...mlm.map((name) => `cls.predictions.${name}`),
    ].join(' ');
    expect(found).toEqual([
      [4, heads],
      [2, heads],
      [2, heads],
      [
        12,
        'layer_with_weights-1.bias layer_with_weights-1.weight layer_with_weights-2.bias layer_with_weights-2.weight',
      ],
    ]);
  });
});
