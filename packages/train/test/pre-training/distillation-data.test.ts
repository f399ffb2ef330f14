import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { distillationData, TrainError } from '../../src/index.js';

const vocabulary = { clsTokenId: 2, sepTokenId: 3, padTokenId: 0, maskTokenId: 4, size: 40 };
const continues = new Uint8Array(40);
const masking = { ...vocabulary, continuesWord: (id: number) => continues[id] === 1 };
const sentences = [
  { ids: Int32Array.of(10, 11, 12, 13, 14, 15, 16), row: 2 },
  { ids: Int32Array.of(20, 21), row: 0 },
];
const embeddings = { values: Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5), width: 2 };

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('distillationData', () => {
  it('gives each sentence, masked, with the embedding of its row', () => {
    const data = distillationData(sentences, embeddings, masking, { probability: 0.3, maxPredictions: 4 });
    expect(sentences.map((sentence) => data.length(sentence))).toEqual([9, 4]);
    const batch = data.collate(sentences, { seed: 1, step: 5, microBatch: 0 });
    expect(batch.teacherEmbeddings.arraySync()).toEqual([
      [2, 2.5],
      [0, 0.5],
    ]);
    expect(batch.inputIds.shape).toEqual([2, 9]);
    expect(batch.attentionMask.arraySync()[1]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0]);
    // Of 9 and 4 tokens 30 % are to be predicted: round(2.7) and round(1.2).
    const labels = batch.maskedLabels.arraySync();
    const positions = batch.maskedPositions.arraySync();
    expect(labels.map((row) => row.filter((id) => id !== -100).length)).toEqual([3, 1]);
    for (const [row, { ids }] of sentences.entries()) {
      for (const [at, id] of labels[row].entries())
        if (id !== -100) expect(ids[positions[row][at] - 1]).toBe(id);
    }
    expect(batch.maskedPerText.arraySync()).toEqual([2, 2]);
    tf.dispose(Object.values(batch) as tf.Tensor[]);
  });

  it('masks anew at each step, and alike when a run is resumed', () => {
    const data = distillationData(sentences, embeddings, masking, { probability: 0.3 });
    const idsAt = (step: number): number[] => {
      const batch = data.collate(sentences, { seed: 1, step, microBatch: 0 });
      const ids = [...batch.inputIds.dataSync()];
      tf.dispose(Object.values(batch) as tf.Tensor[]);
      return ids;
    };
    expect(idsAt(3)).toEqual(idsAt(3));
    expect(new Set([0, 1, 2, 3, 4].map((step) => idsAt(step).join())).size).toBeGreaterThan(1);
  });

  it.each([
    ['no sentences', [], embeddings, 'no-examples', /found none/],
    [
      'half a row',
      sentences,
      { values: new Float32Array(5), width: 2 },
      'invalid-options',
      /whole rows of 2/,
    ],
    ['no width', sentences, { values: new Float32Array(6), width: 0 }, 'invalid-options', /whole rows/],
    [
      'a missing row',
      sentences,
      { values: new Float32Array(4), width: 2 },
      'invalid-options',
      /sentence 0.*0 to 1, found 2/,
    ],
  ] as const)('refuses %s', (_, some, table, code, message) => {
    const make = (): unknown => distillationData(some, table, masking);
    expect(make).toThrow(TrainError);
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code }));
  });
});
