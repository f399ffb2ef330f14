import { readFileSync } from 'node:fs';

import { Bert, type BertInputs, createBertConfig } from '@bertune/bert';
import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { gaussLegendre } from '../src/attribution/gauss-legendre.js';
import {
  type AttributableHead,
  integratedGradients,
  NextSentencePredictor,
  SequenceClassifier,
  SequenceRegressor,
} from '../src/index.js';
import { assignGolden, goldenEncoder, goldenInputs } from './golden-model.js';

/** What Captum gives: tools/reference/integrated_gradients.py. */
interface Golden {
  readonly column: number;
  readonly kept: number[];
  readonly score: number[];
  readonly baselineScore: number[];
  readonly steps: Record<string, { readonly tokens: number[][]; readonly delta: number[] }>;
}

const captum = JSON.parse(
  readFileSync(new URL('golden/integrated-gradients.json', import.meta.url), 'utf8'),
) as Record<string, Golden>;
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `label-${i}`);
const HEADS: Record<string, () => SequenceClassifier | SequenceRegressor> = {
  'sequence-classification-2': () =>
    SequenceClassifier.fromEncoder(goldenEncoder('sequence-classification-2'), { labels: names(2) }),
  'sequence-classification-5': () =>
    SequenceClassifier.fromEncoder(goldenEncoder('sequence-classification-5'), { labels: names(5) }),
  'sequence-multilabel-4': () =>
    SequenceClassifier.fromEncoder(goldenEncoder('sequence-multilabel-4'), {
      labels: names(4),
      problem: 'multi-label',
    }),
  'sequence-regression-1': () => SequenceRegressor.fromEncoder(goldenEncoder('sequence-regression-1')),
};

const config = createBertConfig({
  vocabSize: 50,
  hiddenSize: 16,
  numHeads: 2,
  numLayers: 2,
  intermediateSize: 32,
  maxPosition: 32,
});

/** [CLS] 2, [SEP] 3, [PAD] 0; the second text is shorter. */
function inputs(): BertInputs {
  return {
    inputIds: tf.tensor2d([2, 17, 29, 17, 8, 3, 2, 11, 3, 0, 0, 0], [2, 6], 'int32'),
    attentionMask: tf.tensor2d([1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0], [2, 6], 'int32'),
    tokenTypeIds: tf.tensor2d([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0], [2, 6], 'int32'),
  };
}

describe.each(['cpu', 'wasm'])('integrated gradients on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(Object.keys(HEADS))('%s: the attributions of Captum', async (task) => {
    const golden = readTensors(goldenPath(`heads/${task}.safetensors`));
    const { column, kept, score, baselineScore, steps } = captum[task];
    const head = HEADS[task]();
    assignGolden(head.parameters, golden, 'param/');
    const batch = goldenInputs(golden);
    const oneHot = Array.from({ length: head.columns }, (_, at) => Number(at === column));
    const before = tf.memory().numTensors;
    for (const [count, { tokens, delta }] of Object.entries(steps)) {
      if (backend === 'cpu' && count !== '8') continue; // seconds each
      const attributions = await integratedGradients(head, batch, {
        scores: score.map(() => oneHot),
        keptIds: kept,
        steps: Number(count),
        batchTokens: 100, // several batches of points
      });
      const flat = attributions.flatMap((each) => [...each.tokens]);
      expectClose(flat, tokens.flat(), { atol: 1e-5, rtolOfMax: 1e-4 }, `${count} steps`);
      const errors = attributions.map(({ completenessError }) => completenessError);
      expectClose(errors, delta, { atol: 2e-5 }, 'completeness error');
      expectClose(
        attributions.map((each) => each.score),
        score,
        { atol: 5e-5 },
        'score',
      );
      expectClose(
        attributions.map((each) => each.baselineScore),
        baselineScore,
        { atol: 5e-5 },
        'score of the baseline',
      );
    }
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose({ ...batch });
    head.dispose();
  });

  it('is exact for a linear model with a single step, and leaves padding and kept tokens at 0', async () => {
    const bert = Bert.fromConfig(config, { seed: 5 });
    const directions = tf.tidy(() => tf.sin(tf.reshape(tf.range(0, 32), [16, 2]))) as tf.Tensor2D;
    const head: AttributableHead = {
      bert,
      logits: ({ inputsEmbeds, attentionMask }) => {
        const counted = tf.mul(inputsEmbeds as tf.Tensor3D, tf.expandDims(attentionMask, 2));
        return tf.matMul(tf.sum(counted, 1), directions);
      },
    };
    const batch = inputs();
    const [first, second] = await integratedGradients(head, batch, {
      scores: [
        [-1, 1],
        [0, 2],
      ],
      keptIds: [2, 3],
      steps: 1,
    });
    const table = bert.parameters.get('embeddings.word_embeddings.weight')?.arraySync() as number[][];
    const of = (id: number, column: number): number =>
      table[id].reduce((sum, value, i) => sum + (value - table[0][i]) * Math.sin(2 * i + column), 0);
    const contrast = (id: number): number => of(id, 1) - of(id, 0);
    expectClose(
      first.tokens,
      [0, contrast(17), contrast(29), contrast(17), contrast(8), 0],
      { atol: 1e-6 },
      '1',
    );
    expectClose(second.tokens, [0, 2 * of(11, 1), 0, 0, 0, 0], { atol: 1e-6 }, '2');
    expect(Math.abs(first.completenessError)).toBeLessThan(1e-6);
    tf.dispose([directions, ...Object.values(batch)]);
    bert.dispose();
  });

  it('adds up to the difference of the scores, the closer the more steps; next sentences too', async () => {
    const heads = [
      SequenceClassifier.fromEncoder(Bert.fromConfig(config, { seed: 5 }), {
        labels: ['no', 'yes'],
        seed: 1,
      }),
      NextSentencePredictor.fromEncoder(Bert.fromConfig(config, { seed: 6 })),
    ];
    for (const head of heads) {
      for (const parameter of head.parameters.values()) {
        tf.tidy(() => parameter.assign(tf.mul(parameter, 4))); // a model that is far from linear
      }
      const batch = inputs();
      const scores = [
        [-1, 1],
        [1, -1],
      ];
      const errorOf = async (steps: number): Promise<number> => {
        const found = await integratedGradients(head, batch, { scores, keptIds: [2, 3], steps });
        const logits = tf.tidy(() => head.logits(batch).arraySync());
        for (const [row, { score, tokens, baselineScore, completenessError }] of found.entries()) {
          expect(score).toBeCloseTo(scores[row][0] * logits[row][0] + scores[row][1] * logits[row][1], 4);
          const sum = tokens.reduce((total, value) => total + value, 0);
          expect(sum - (score - baselineScore)).toBeCloseTo(completenessError, 4);
          expect(Math.abs(sum)).toBeGreaterThan(1e-3);
        }
        return Math.max(...found.map(({ completenessError }) => Math.abs(completenessError)));
      };
      const [few, many] = [await errorOf(2), await errorOf(64)];
      expect(many).toBeLessThan(2e-3);
      expect(few).toBeGreaterThan(5 * many);
      tf.dispose({ ...batch });
      head.dispose();
    }
  });

  it('ends when it is told to, with the texts that are done', async () => {
    const head = SequenceRegressor.fromEncoder(Bert.fromConfig(config));
    const batch = inputs();
    let asked = 0;
    const signal = {
      get aborted() {
        return ++asked > 3; // before each text and each batch of points
      },
    };
    const options = { scores: [[1], [1]], keptIds: [2, 3], signal };
    const before = tf.memory().numTensors;
    expect(await integratedGradients(head, batch, options)).toHaveLength(1);
    expect(await integratedGradients(head, batch, options)).toHaveLength(0);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose({ ...batch });
    head.dispose();
  });
});

it('says what is wrong with its options, all at once, and keeps nothing', async () => {
  const head = SequenceRegressor.fromEncoder(Bert.fromConfig(config));
  const batch = inputs();
  const before = tf.memory().numTensors;
  await expect(
    integratedGradients(head, batch, { scores: [[NaN]], keptIds: [], steps: 0, batchTokens: 1.5 }),
  ).rejects.toMatchObject({
    code: 'invalid-options',
    message:
      'integratedGradients: steps: expected an integer of at least 1, found 0; batchTokens: expected an integer of at ' +
      'least 1, found 1.5; scores: expected 2, one for each text, found 1; scores: expected finite weights.',
  });
  await expect(integratedGradients(head, batch, { scores: [[1, 2], [1]], keptIds: [] })).rejects.toThrow(
    'scores: expected 1 weights a text, one for each logit, found 2.',
  );
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose({ ...batch });
  head.dispose();
});

describe('Gauss-Legendre', () => {
  it('has the points and weights that tables give', () => {
    const { points, weights } = gaussLegendre(3);
    expectClose(points, [0.5 - Math.sqrt(0.15), 0.5, 0.5 + Math.sqrt(0.15)], { atol: 1e-15 }, 'points');
    expectClose(weights, [5 / 18, 8 / 18, 5 / 18], { atol: 1e-15 }, 'weights');
    expect(gaussLegendre(1)).toEqual({ points: Float64Array.of(0.5), weights: Float64Array.of(1) });
  });

  it.each([1, 2, 5, 32, 200])(
    'of %i points integrates polynomials of degree 2 n - 1, and no more',
    (count) => {
      const { points, weights } = gaussLegendre(count);
      const power = (degree: number): number =>
        points.reduce((sum, point, at) => sum + weights[at] * point ** degree, 0);
      for (let degree = 0; degree < 2 * count; degree++) {
        expect(Math.abs(power(degree) - 1 / (degree + 1))).toBeLessThan(1e-14);
      }
      if (count < 10) expect(Math.abs(power(2 * count) - 1 / (2 * count + 1))).toBeGreaterThan(1e-8);
    },
  );
});
