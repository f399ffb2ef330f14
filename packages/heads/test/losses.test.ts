import { expectClose, goldenPath, readGoldenJson } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { regressionLoss, sigmoidCrossEntropy, softmaxCrossEntropy } from '../src/index.js';

interface TorchCase {
  kind: string;
  options: {
    label_smoothing?: number;
    class_weights?: number[];
    pos_weight?: number[];
    convention?: string;
    reduction?: string;
    ignore_index?: number;
    epsilon?: number;
  };
  logits: number[][];
  labels: number[] | number[][];
  loss: number;
  grad: number[][];
}
interface KerasCase {
  kind: string;
  label_smoothing: number;
  z: number[] | number[][];
  y: number[] | number[][];
  loss: number;
  grad_z: number[] | number[][];
}

const torch = readGoldenJson<{ cases: TorchCase[] }>(goldenPath('train/losses.json.gz')).cases;
const keras = readGoldenJson<{ cases: KerasCase[] }>(goldenPath('train/keras-losses.json')).cases;

// Sums are not offered; a bare probability tensor is Keras's own input form. Of nothing left torch makes NaN, we make 0.
const ours = torch.filter(({ options, loss }) => options.reduction === undefined && typeof loss === 'number');
const oursOfKeras = keras.filter(({ kind }) => kind !== 'binary_crossentropy/probability');

function check(
  loss: (logits: tf.Tensor2D) => tf.Scalar,
  logits: number[][],
  value: number,
  gradient: number[],
): void {
  tf.tidy(() => {
    const { value: actual, grad } = tf.valueAndGrad((x) => loss(x as tf.Tensor2D))(tf.tensor2d(logits));
    expectClose(actual.dataSync(), [value], { atol: 1e-6 + 1e-5 * Math.abs(value) }, 'loss');
    expectClose(grad.dataSync(), gradient, { atol: 1e-6, rtolOfMax: 1e-5 }, 'gradient');
  });
}

describe.each(['cpu', 'wasm'])('losses on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('has golden cases of every kind', () => {
    expect(new Set(ours.map(({ kind }) => kind))).toEqual(
      new Set(['cross_entropy', 'hf_label_smoother', 'bce_with_logits', 'mse', 'l1', 'huber']),
    );
    expect(ours.filter(({ options }) => options.ignore_index === -100).length).toBe(18);
    expect(oursOfKeras.length).toBe(10);
  });

  it.each(ours.map((one, i) => [`${one.kind} ${JSON.stringify(one.options)} #${i}`, one] as const))(
    '%s',
    (_name, one) => {
      const {
        label_smoothing: labelSmoothing,
        class_weights: classWeights,
        pos_weight,
        convention,
        epsilon,
        ignore_index: ignoredLabel,
      } = one.options;
      const weightedMean = convention?.startsWith('keras') ? 'examples' : 'sum-of-weights';
      const loss = (logits: tf.Tensor2D): tf.Scalar => {
        if (one.kind === 'cross_entropy' || one.kind === 'hf_label_smoother') {
          const labels = tf.tensor1d(one.labels as number[], 'int32');
          const smoothing = epsilon ?? labelSmoothing;
          const options = { labelSmoothing: smoothing, classWeights, weightedMean, ignoredLabel } as const;
          return softmaxCrossEntropy(logits, labels, options);
        }
        const targets = tf.tensor2d(one.labels);
        if (one.kind === 'bce_with_logits') {
          return sigmoidCrossEntropy(logits, targets, { labelSmoothing, positiveWeights: pos_weight });
        }
        const kinds = { mse: 'mean-squared-error', l1: 'mean-absolute-error', huber: 'huber' } as const;
        return regressionLoss(logits, targets, kinds[one.kind as 'mse' | 'l1' | 'huber']);
      };
      check(loss, one.logits, one.loss, one.grad.flat());
    },
  );

  it.each([undefined, 0.1])('no row that counts: 0 and no gradient, smoothing %s', (labelSmoothing) => {
    const nothing = (logits: tf.Tensor2D): tf.Scalar =>
      softmaxCrossEntropy(logits, tf.tensor1d([-100, -100], 'int32'), { ignoredLabel: -100, labelSmoothing });
    check(
      nothing,
      [
        [1, 2, 3],
        [4, 5, -6],
      ],
      0,
      [0, 0, 0, 0, 0, 0],
    );
  });

  it('an ignored label may be a class, and weighs nothing', () => {
    const logits = [
      [1, 2, 3],
      [4, 5, -6],
    ];
    const [of, rest] = [tf.tensor1d([2, 1], 'int32'), tf.tensor1d([1], 'int32')];
    for (const options of [{}, { classWeights: [3, 2, 5] }, { labelSmoothing: 0.2 }]) {
      const alone = tf.tidy(() => softmaxCrossEntropy(tf.tensor2d([logits[1]]), rest, options).dataSync()[0]);
      const ignoring = { ...options, ignoredLabel: 2 };
      expect(tf.tidy(() => softmaxCrossEntropy(tf.tensor2d(logits), of, ignoring).dataSync()[0])).toBeCloseTo(
        alone,
        6,
      );
    }
    tf.dispose([of, rest]);
  });

  it.each(
    oursOfKeras.map((one, i) => [`Keras ${one.kind}, smoothing ${one.label_smoothing} #${i}`, one] as const),
  )('%s', (_name, { kind, label_smoothing: labelSmoothing, z, y, loss, grad_z }) => {
    if (kind.startsWith('categorical')) {
      const labels = (y as number[][]).map((row) => row.indexOf(1));
      const ofLogits = (logits: tf.Tensor2D): tf.Scalar =>
        softmaxCrossEntropy(logits, tf.tensor1d(labels, 'int32'), { labelSmoothing });
      check(ofLogits, z as number[][], loss, grad_z.flat());
    } else {
      const column = (values: number[]): number[][] => values.map((value) => [value]);
      const targets = (): tf.Tensor2D => tf.tensor2d(column(y as number[]));
      const ofLogits = (logits: tf.Tensor2D): tf.Scalar =>
        sigmoidCrossEntropy(logits, targets(), { labelSmoothing });
      check(ofLogits, column(z as number[]), loss, grad_z as number[]);
    }
  });
});
