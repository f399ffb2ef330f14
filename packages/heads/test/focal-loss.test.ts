import { createBertConfig, Bert, bertSizes } from '@bertune/bert';
import { expectClose } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { readFileSync } from 'node:fs';

import {
  SequenceClassifier,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  TokenClassifier,
} from '../src/index.js';

interface FocalCase {
  kind: 'softmax' | 'sigmoid';
  gamma: number;
  smoothing: number;
  classWeights: number[] | null;
  positiveWeights?: number[] | null;
  weightedMean: 'sum-of-weights' | 'examples' | null;
  logits: number[][];
  labels: number[] | number[][];
  loss: number;
  grad: number[][];
}

const { cases } = JSON.parse(readFileSync(new URL('golden/focal-loss.json', import.meta.url), 'utf8')) as {
  cases: FocalCase[];
};

function focal(logits: tf.Tensor2D, one: FocalCase): tf.Scalar {
  const shared = {
    labelSmoothing: one.smoothing,
    weightedMean: one.weightedMean ?? undefined,
    focalGamma: one.gamma,
  };
  if (one.kind === 'softmax') {
    const classWeights = one.classWeights ?? undefined;
    const labels = tf.tensor1d(one.labels as number[], 'int32');
    return softmaxCrossEntropy(logits, labels, { ...shared, classWeights, ignoredLabel: -100 });
  }
  const classWeights = (one.classWeights as [number, number] | null) ?? undefined;
  const positiveWeights = one.positiveWeights ?? undefined;
  return sigmoidCrossEntropy(logits, tf.tensor2d(one.labels), {
    ...shared,
    classWeights,
    positiveWeights,
  });
}

describe.each(['cpu', 'wasm'])('focal loss on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(
    cases.map((one, i) => [
      `${one.kind}, gamma ${one.gamma}, smoothing ${one.smoothing}, ${one.weightedMean ?? 'no weights'} #${i}`,
      one,
    ]),
  )('%s as the formulation in torch', (_name, one) => {
    tf.tidy(() => {
      const { value, grad } = tf.valueAndGrad((x) => focal(x as tf.Tensor2D, one as FocalCase))(
        tf.tensor2d((one as FocalCase).logits),
      );
      const { loss, grad: gradient } = one as FocalCase;
      expectClose(value.dataSync(), [loss], { atol: 1e-6 + 1e-5 * Math.abs(loss) }, 'loss');
      expectClose(grad.dataSync(), gradient.flat(), { atol: 1e-6, rtolOfMax: 1e-5 }, 'gradient');
    });
  });

  it('gamma 0 is cross-entropy, to the bit', () => {
    const logits = [[1, 2, -3, 0.5]];
    const of = (focalGamma?: number): Float32Array =>
      tf.tidy(
        () =>
          softmaxCrossEntropy(tf.tensor2d(logits), tf.tensor1d([2], 'int32'), {
            focalGamma,
          }).dataSync() as Float32Array,
      );
    expect(of(0)).toEqual(of());
    expect(of(1)).not.toEqual(of());
  });

  it.each([0.5, 2])('probabilities of 0 and 1 leave finite numbers, gamma %s', (focalGamma) => {
    tf.tidy(() => {
      const labels = tf.tensor1d([0, 1], 'int32');
      const extreme = tf.tensor2d([
        [1e4, -1e4],
        [1e4, -1e4],
      ]);
      const ofRows = tf.valueAndGrad((x) => softmaxCrossEntropy(x as tf.Tensor2D, labels, { focalGamma }))(
        extreme,
      );
      expectClose(ofRows.value.dataSync(), [1e4], { atol: 1 }, 'loss');
      expectClose(ofRows.grad.dataSync(), [0, 0, 0.5, -0.5], { atol: 1e-6 }, 'gradient');
      const targets = tf.tensor2d([
        [1, 1],
        [0, 0],
      ]);
      const ofElements = tf.valueAndGrad((x) =>
        sigmoidCrossEntropy(x as tf.Tensor2D, targets, { focalGamma }),
      )(extreme);
      expectClose(ofElements.value.dataSync(), [5e3], { atol: 1 }, 'loss');
      expectClose(ofElements.grad.dataSync(), [0, -0.25, 0.25, 0], { atol: 1e-6 }, 'gradient');
    });
  });

  it('heads train with it: the loss of their own logits', () => {
    tf.tidy(() => {
      const bert = (): Bert =>
        Bert.fromConfig(createBertConfig({ ...bertSizes.tiny, vocabSize: 50 }), { seed: 3 });
      const inputIds = tf.tensor2d([2, 17, 29, 3, 2, 9, 30, 3], [2, 4], 'int32');
      const inputs = {
        inputIds,
        attentionMask: tf.onesLike(inputIds),
        tokenTypeIds: tf.zerosLike(inputIds),
      } as const;
      const focalGamma = 2;
      const labels = ['a', 'b', 'c'];
      const texts = SequenceClassifier.fromEncoder(bert(), { labels, focalGamma });
      const classes = tf.tensor1d([2, 0], 'int32');
      expectClose(
        texts.loss({ ...inputs, labels: classes }).dataSync(),
        softmaxCrossEntropy(texts.logits(inputs), classes, { focalGamma }).dataSync(),
        { atol: 1e-7 },
        'single-label',
      );
      const several = SequenceClassifier.fromEncoder(bert(), { labels, problem: 'multi-label', focalGamma });
      const binary = SequenceClassifier.fromEncoder(bert(), {
        labels: ['a', 'b'],
        problem: 'binary',
        focalGamma,
      });
      const present = tf.tensor2d([1, 0, 1, 0, 0, 1], [2, 3]);
      expectClose(
        several.loss({ ...inputs, labels: present }).dataSync(),
        sigmoidCrossEntropy(several.logits(inputs), present, { focalGamma }).dataSync(),
        { atol: 1e-7 },
        'multi-label',
      );
      const truth = tf.tensor1d([1, 0], 'int32');
      expectClose(
        binary.loss({ ...inputs, labels: truth }).dataSync(),
        sigmoidCrossEntropy(binary.logits(inputs), tf.tensor2d([[1], [0]]), { focalGamma }).dataSync(),
        { atol: 1e-7 },
        'binary',
      );
      const tokens = TokenClassifier.fromEncoder(bert(), { labels, focalGamma });
      const ofTokens = tf.tensor2d([-100, 1, 2, -100, -100, 0, 0, -100], [2, 4], 'int32');
      expectClose(
        tokens.loss({ ...inputs, labels: ofTokens }).dataSync(),
        softmaxCrossEntropy(tf.reshape(tokens.logits(inputs), [8, 3]), tf.reshape(ofTokens, [8]), {
          focalGamma,
          ignoredLabel: -100,
        }).dataSync(),
        { atol: 1e-7 },
        'tokens',
      );
      for (const head of [texts, several, binary, tokens]) head.dispose();
    });
  });

  it.each([-1, NaN, Infinity])('refuses gamma %s', (focalGamma) => {
    const bert = Bert.fromConfig(createBertConfig({ ...bertSizes.tiny, vocabSize: 50 }), { seed: 3 });
    expect(() => SequenceClassifier.fromEncoder(bert, { labels: ['a', 'b'], focalGamma })).toThrow(
      /focalGamma: expected a number of at least 0/,
    );
    bert.dispose();
  });
});
