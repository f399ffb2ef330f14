import { fileURLToPath } from 'node:url';

import type { CheckpointError } from '@bertune/bert';
import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  type LoadHeadOptions,
  MaskedLanguageModel,
  MultipleChoiceClassifier,
  NextSentencePredictor,
  PreTrainingModel,
  QuestionAnswerer,
  SequenceClassifier,
  SequenceRegressor,
  TokenClassifier,
} from '../src/index.js';

// Written by tools/reference/surgery.py with transformers 4.57.6.
const expected = readTensors(
  fileURLToPath(new URL('../../bert/test/golden/surgery/expected.safetensors', import.meta.url)),
);
const BIAS = 'cls.predictions.bias';

const golden = (
  name: string,
): { readonly shape: readonly number[]; readonly data: Float32Array | Int32Array } => {
  const tensor = expected.get(name);
  if (tensor === undefined) throw new Error(`no ${name} in the golden data`);
  return tensor;
};
const int32 = (name: string): tf.Tensor2D => {
  const { shape, data } = golden(name);
  return tf.tensor2d(data, [shape[0], shape[1]], 'int32');
};
const valuesOf = (model: MaskedLanguageModel, name: string): Float32Array =>
  (model.parameters.get(name) as tf.Variable).dataSync<'float32'>();

beforeAll(async () => {
  await tf.setBackend('wasm');
});

describe('a masked language model with another number of tokens', () => {
  it.each([
    ['larger', 208],
    ['smaller', 190],
  ] as const)('gives the logits that transformers gives: %s', async (name, size) => {
    const before = tf.memory().numTensors;
    const model = (
      await MaskedLanguageModel.fromPretrained(goldenPath('model/tiny-gelu/hf'))
    ).resizeTokenEmbeddings(size, { newTokens: 'mean' });
    const logits = tf.tidy(() =>
      model.logits({
        inputIds: int32('input_ids'),
        attentionMask: int32('attention_mask'),
        tokenTypeIds: int32('token_type_ids'),
      }),
    );
    expect(logits.shape).toEqual(golden(`${name}/logits`).shape);
    expectClose(logits.dataSync(), golden(`${name}/logits`).data, { atol: 1e-4 }, 'logits');
    expectClose(valuesOf(model, BIAS), golden(`${name}/bias`).data, { atol: 5e-5 }, 'bias');
    logits.dispose();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('starts new tokens without bias, and stays as it was when the size is refused', async () => {
    const first = await MaskedLanguageModel.fromPretrained(goldenPath('model/tiny-gelu/hf'));
    expect(() => first.resizeTokenEmbeddings(0)).toThrow(expect.objectContaining({ code: 'invalid-size' }));
    const old = valuesOf(first, BIAS).slice();
    const model = first.resizeTokenEmbeddings(203, { seed: 1 });
    expect([...valuesOf(model, BIAS)]).toEqual([...old, 0, 0, 0]);
    expect(old.some((value) => value !== 0)).toBe(true);
    model.dispose();
  });
});

describe('a model of pre-training with another number of tokens', () => {
  it('gives the same tokens, next sentences as before, and a loss', async () => {
    const before = tf.memory().numTensors;
    const first = await PreTrainingModel.fromPretrained(goldenPath('model/tiny-gelu/hf'));
    const inputs = {
      inputIds: int32('input_ids'),
      attentionMask: int32('attention_mask'),
      tokenTypeIds: int32('token_type_ids'),
    };
    const old = first.logits(inputs);
    const model = first.resizeTokenEmbeddings(208, { newTokens: 'mean' });
    const logits = model.logits(inputs);
    expectClose(logits.tokens.dataSync(), golden('larger/logits').data, { atol: 1e-4 }, 'logits');
    expect([...logits.nextSentence.dataSync()]).toEqual([...old.nextSentence.dataSync()]);
    const [texts] = inputs.inputIds.shape;
    const batch = {
      ...inputs,
      labels: tf.fill(inputs.inputIds.shape, 207, 'int32') as tf.Tensor2D, // a token that was not there before
      nextSentenceLabels: tf.zeros([texts], 'int32') as tf.Tensor1D,
    };
    const loss = model.loss(batch);
    expect(loss.dataSync()[0]).toBeGreaterThan(0);
    model.dispose();
    tf.dispose([loss, old, logits, batch]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

type Load = (
  source: string,
  options: LoadHeadOptions,
) => Promise<{
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  dispose(): void;
}>;

const PREDICTIONS = [
  'bias',
  ...['dense', 'LayerNorm'].flatMap((part) => [`transform.${part}.bias`, `transform.${part}.weight`]),
].map((name) => `cls.predictions.${name}`);
const NEXT = ['cls.seq_relationship.bias', 'cls.seq_relationship.weight'];
const CLASSIFIER = ['classifier.bias', 'classifier.weight'];

describe('a head on weights that lack it', () => {
  const cases: [string, Load, string[], string][] = [
    [
      'SequenceClassifier',
      (s, o) => SequenceClassifier.fromPretrained(s, { ...o, problem: 'single-label', labels: ['a', 'b'] }),
      CLASSIFIER,
      'classifier',
    ],
    [
      'SequenceRegressor',
      (s, o) => SequenceRegressor.fromPretrained(s, { ...o, valueNames: ['value'] }),
      CLASSIFIER,
      'classifier',
    ],
    ['TokenClassifier', (s, o) => TokenClassifier.fromPretrained(s, o), CLASSIFIER, 'classifier'],
    [
      'MultipleChoiceClassifier',
      (s, o) => MultipleChoiceClassifier.fromPretrained(s, o),
      CLASSIFIER,
      'classifier',
    ],
    [
      'QuestionAnswerer',
      (s, o) => QuestionAnswerer.fromPretrained(s, o),
      ['qa_outputs.bias', 'qa_outputs.weight'],
      'qa_outputs',
    ],
    [
      'MaskedLanguageModel',
      (s, o) => MaskedLanguageModel.fromPretrained(s, o),
      PREDICTIONS,
      'cls.predictions',
    ],
    [
      'NextSentencePredictor',
      (s, o) => NextSentencePredictor.fromPretrained(s, o),
      NEXT,
      'cls.seq_relationship',
    ],
    ['PreTrainingModel', (s, o) => PreTrainingModel.fromPretrained(s, o), [...PREDICTIONS, ...NEXT], 'cls'],
  ];

  it.each(cases)(
    'is refused with all that is missing, and allowed by its name: %s',
    async (_, load, missing, module) => {
      const source = goldenPath('model/tiny-gelu/hf-encoder-only');
      const before = tf.memory().numTensors;
      const error = await load(source, {}).then(
        () => undefined,
        (reason: unknown) => reason as CheckpointError,
      );
      expect({ code: error?.code, missing: [...(error?.missing ?? [])].sort() }).toEqual({
        code: 'parameters-mismatch',
        missing: [...missing].sort(),
      });
      expect(error).toMatchObject({ unexpected: [], mismatched: [] });
      expect(tf.memory().numTensors).toBe(before);
      const [first, again, other] = [
        await load(source, { allowMissing: [module] }),
        await load(source, { allowMissing: [module], seed: 0 }),
        await load(source, { allowMissing: [module], seed: 1 }),
      ];
      const values = (model: typeof first, name: string): unknown => model.parameters.get(name)?.dataSync();
      for (const name of missing) expect(values(again, name)).toEqual(values(first, name));
      const drawn = missing.filter((name) => name.endsWith('weight') && !name.includes('LayerNorm'));
      for (const name of drawn) expect(values(other, name)).not.toEqual(values(first, name));
      for (const model of [first, again, other]) model.dispose();
      await expect(load(source, { allowMissing: [`${module}s`] })).rejects.toMatchObject({
        code: 'parameters-mismatch',
      });
    },
  );
});
