import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Bert } from '@bertune/bert';
import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  MaskedLanguageModel,
  NextSentencePredictor,
  PreTrainingModel,
  SequenceClassifier,
} from '../src/index.js';
import { goldenInputs } from './golden-model.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bertune-heads-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeAll(async () => {
  await tf.setBackend('wasm');
});

const savedConfig = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;

describe('models of pre-training', () => {
  const expected = readTensors(goldenPath('model/tiny-gelu/expected.safetensors'));
  const google = readTensors(goldenPath('model/tiny-gelu/expected-google-gelu.safetensors'));

  it.each([
    ['hf', expected],
    ['tf1-pretrained', google],
  ])('%s loads to the logits of both tasks, together and each alone', async (directory, values) => {
    const source = goldenPath(`model/tiny-gelu/${directory}`);
    const both = await PreTrainingModel.fromPretrained(source);
    const masked = await MaskedLanguageModel.fromPretrained(source);
    const next = await NextSentencePredictor.fromPretrained(source);
    tf.tidy(() => {
      const inputs = goldenInputs(expected, 'right-padded/');
      const { tokens, nextSentence } = both.logits(inputs);
      const tokenLogits = values.get('right-padded/mlm_logits')!.data;
      const nextLogits = values.get('right-padded/nsp_logits')!.data;
      expectClose(tokens.dataSync(), tokenLogits, { atol: 5e-5 });
      expectClose(masked.logits(inputs).dataSync(), tokenLogits, { atol: 5e-5 });
      expectClose(nextSentence.dataSync(), nextLogits, { atol: 5e-5 });
      expectClose(next.logits(inputs).dataSync(), nextLogits, { atol: 5e-5 });
    });
    expect([...masked.parameters.keys()].filter((name) => name.startsWith('pooler'))).toEqual([]);
    for (const model of [both, masked, next]) model.dispose();
  });

  it.each([
    [PreTrainingModel, 'BertForPreTraining'],
    [MaskedLanguageModel, 'BertForMaskedLM'],
    [NextSentencePredictor, 'BertForNextSentencePrediction'],
  ] as const)('%p is saved and comes back bit for bit', async (Head, architecture) => {
    const head = await Head.fromPretrained(goldenPath('model/tiny-gelu/hf'));
    await head.savePretrained(folder);
    expect(savedConfig().architectures).toEqual([architecture]);
    const again = await Head.fromPretrained(folder);
    expect([...again.parameters.keys()]).toEqual([...head.parameters.keys()]);
    for (const [name, variable] of head.parameters) {
      expect(again.parameters.get(name)?.dataSync()).toEqual(variable.dataSync());
    }
    const before = tf.memory().numTensors;
    again.dispose();
    expect(tf.memory().numTensors).toBe(before - again.parameters.size);
    head.dispose();
  });

  it('frees the pooler that a masked language model does not read', async () => {
    const before = tf.memory().numTensors;
    const bert = await Bert.fromPretrained(goldenPath('model/tiny-gelu/hf'));
    const model = MaskedLanguageModel.fromEncoder(bert);
    expect(model.parameters.has('pooler.dense.weight')).toBe(false);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('new heads start from their seed, and only where that is asked for', async () => {
    const encoder = goldenPath('model/tiny-gelu/hf-encoder-only');
    await expect(MaskedLanguageModel.fromPretrained(encoder)).rejects.toThrow(/cls\.predictions\.bias/);
    const seeded = async (seed: number): Promise<string> => {
      const model = await PreTrainingModel.fromPretrained(encoder, { allowMissing: ['cls'], seed });
      const weights = model.parameters.get('cls.predictions.transform.dense.weight')!.dataSync().join();
      model.dispose();
      return weights;
    };
    expect(await seeded(1)).toBe(await seeded(1));
    expect(await seeded(1)).not.toBe(await seeded(2));
  });

  it('refuses a decoder that is not tied to the embeddings', async () => {
    const head = await MaskedLanguageModel.fromPretrained(goldenPath('heads/masked-lm.hf'));
    await head.savePretrained(folder);
    head.dispose();
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ ...savedConfig(), tie_word_embeddings: false }),
    );
    const before = tf.memory().numTensors;
    for (const Head of [MaskedLanguageModel, PreTrainingModel]) {
      await expect(Head.fromPretrained(folder)).rejects.toMatchObject({ code: 'wrong-task' });
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('what a classifier said of its labels goes when its encoder gets another head', async () => {
    const classifier = await SequenceClassifier.fromPretrained(
      goldenPath('heads/sequence-classification-5.hf'),
    );
    const model = MaskedLanguageModel.fromEncoder(classifier.bert);
    await model.savePretrained(folder);
    for (const key of ['id2label', 'label2id', 'problem_type']) expect(savedConfig()).not.toHaveProperty(key);
    model.dispose();
    classifier.dispose();
  });
});

it('a classifier of tokens is not taken for one of texts', async () => {
  const before = tf.memory().numTensors;
  const source = goldenPath('heads/token-classification-5.hf');
  const options = { allowMissing: ['pooler'] };
  await expect(SequenceClassifier.fromPretrained(source, options)).rejects.toMatchObject({
    code: 'wrong-task',
    message: expect.stringMatching(
      /expected BertForSequenceClassification, found BertForTokenClassification/,
    ),
  });
  expect(tf.memory().numTensors).toBe(before);
});
