import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from '@jest/globals';
import { Bert, openSafetensors } from '@bertune/bert';
import { MaskedLanguageModel } from '@bertune/heads';
import { BertTokenizer } from '@bertune/tokenizer';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { modelDirectory } from '../src/index.js';

const weights = join(modelDirectory, 'model.safetensors');

beforeAll(() => tf.setBackend('wasm'));

describe('files', () => {
  it('are a folder of Hugging Face, small enough for a package', () => {
    expect(readdirSync(modelDirectory).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'vocab.txt',
    ]);
    expect(statSync(weights).size).toBeLessThan(12e6);
  });

  it('hold finite numbers in half precision, and no two rows of the vocabulary are alike', async () => {
    const file = await openSafetensors(weights);
    try {
      expect(new Set([...file.entries.values()].map(({ dtype }) => dtype))).toEqual(new Set(['F16']));
    } finally {
      await file.close();
    }
    const bert = await Bert.fromPretrained(modelDirectory, { allowMissing: ['pooler'] });
    for (const [name, parameter] of bert.parameters) {
      if (name.startsWith('pooler.')) continue; // made anew where the training had none
      const largest = tf.tidy(() => tf.max(tf.abs(parameter)).dataSync()[0]);
      expect(largest).toBeGreaterThan(0);
      expect(largest).toBeLessThan(100);
    }
    const words = bert.parameters.get('embeddings.word_embeddings.weight') as tf.Tensor2D;
    const rows = (await words.array()).map((row) => row.join());
    expect(new Set(rows).size).toBe(words.shape[0]);
    bert.dispose();
  });

  it('say what the model is', () => {
    const config = JSON.parse(readFileSync(join(modelDirectory, 'config.json'), 'utf8')) as object;
    expect(config).toMatchObject({
      hidden_size: 256,
      num_hidden_layers: 4,
      max_position_embeddings: 128,
      vocab_size: 8192,
      // of fine-tuning; the pre-training itself had none
      hidden_dropout_prob: 0.1,
      attention_probs_dropout_prob: 0.1,
    });
    const vocabulary = readFileSync(join(modelDirectory, 'vocab.txt'), 'utf8').trimEnd().split('\n');
    expect(vocabulary).toHaveLength(8192);
    expect(vocabulary.slice(0, 5)).toEqual(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']);
  });
});

describe('what it has learnt', () => {
  it.each([
    ['mother', 'father', 'engine'],
    ['red', 'green', 'war'],
    ['ship', 'sea', 'happy'],
    ['king', 'queen', 'software'],
    ['eat', 'food', 'linux'],
  ])('%s is nearer to %s than to %s', async (word, near, far) => {
    const tokenizer = await BertTokenizer.fromPretrained(modelDirectory);
    const model = await MaskedLanguageModel.fromPretrained(modelDirectory); // its head is complete
    const table = (await model.parameters.get('embeddings.word_embeddings.weight')?.array()) as number[][];
    model.dispose();
    const vector = (text: string): number[] => {
      const { inputIds } = tokenizer.encode(text, { addSpecialTokens: false });
      expect(inputIds).toHaveLength(1);
      return table[inputIds[0]];
    };
    const dot = (a: number[], b: number[]): number => a.reduce((sum, value, at) => sum + value * b[at], 0);
    const cosine = (a: number[], b: number[]): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    expect(cosine(vector(word), vector(near))).toBeGreaterThan(cosine(vector(word), vector(far)) + 0.05);
  });
});
