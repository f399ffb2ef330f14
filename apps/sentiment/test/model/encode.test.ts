import { describe, expect, it } from '@jest/globals';
import { BertTokenizer } from '@bertune/tokenizer';
import * as tf from '@tensorflow/tfjs';

import { startBackend } from '../../src/backend.js';
import { collate, encodeExamples } from '../../src/model/encode.js';

const tokenizer = new BertTokenizer(['[UNK]', '[CLS]', '[SEP]', '[MASK]', '[PAD]', 'a', 'b']);

describe('encodeExamples', () => {
  it('cuts, counts what it cut, and keeps targets beside their texts', () => {
    const examples = [
      { text: 'a b a b', target: [1] },
      { text: '', target: [0] },
      { text: 'a', pair: 'b', target: [1] },
    ];
    const { encoded, cut } = encodeExamples(examples, tokenizer, 5);
    expect(cut).toBe(1);
    expect(encoded.map(({ inputIds }) => [...inputIds])).toEqual([
      [1, 5, 6, 5, 2],
      [1, 2],
      [1, 5, 2, 6, 2],
    ]);
    expect([...(encoded[2]?.tokenTypeIds ?? [])]).toEqual([0, 0, 0, 1, 1]);
    expect(encoded.map(({ target }) => target)).toEqual([[1], [0], [1]]);
  });
});

describe('collate', () => {
  it('pads to the longest with the tokenizer’s own id, and masks the padding', async () => {
    await startBackend('cpu');
    const examples = [{ text: 'a b' }, { text: '' }].map((example, index) => ({
      ...example,
      target: [index],
    }));
    const { encoded } = encodeExamples(examples, tokenizer, 16);
    const batch = collate(encoded, 'single-label', tokenizer.padTokenId);
    expect(await batch.inputIds.array()).toEqual([
      [1, 5, 6, 2],
      [1, 2, 4, 4],
    ]);
    expect(await batch.attentionMask.array()).toEqual([
      [1, 1, 1, 1],
      [1, 1, 0, 0],
    ]);
    expect([batch.labels.dtype, await batch.labels.array()]).toEqual(['int32', [0, 1]]);
    tf.dispose(batch);
    const several = encoded.map((example) => ({ ...example, target: [1, 0, 1] }));
    const multiple = collate(several, 'multi-label', 4);
    expect([multiple.labels.dtype, multiple.labels.shape]).toEqual(['float32', [2, 3]]);
    tf.dispose(multiple);
  });
});
