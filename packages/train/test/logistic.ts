import * as tf from '@tensorflow/tfjs';

import type { Dataset, Trainable, TrainingRun } from '../src/index.js';

/** A sequence of values, padded with zeros in a batch, and its class. */
export interface Sentence {
  readonly values: readonly number[];
  readonly label: number;
}

export interface SentenceBatch {
  readonly values: tf.Tensor2D; // [B, T]
  readonly mask: tf.Tensor2D; // [B, T]
  readonly labels: tf.Tensor1D; // [B]
}

/**
 * A small real model: softmax regression with a hidden layer on sum and largest value of a sentence, with dropout from
 * the run's seed, step and micro-batch, and class weights as torch divides them.
 */
export class SmallClassifier implements Trainable<SentenceBatch> {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly runs: TrainingRun[] = [];

  constructor(
    private readonly options: { readonly classWeights?: readonly number[]; readonly dropout?: number } = {},
  ) {
    const shapes = {
      'dense.weight': [2, 8],
      'dense.bias': [8],
      'classifier.weight': [8, 2],
      'classifier.bias': [2],
    };
    this.parameters = new Map(
      Object.entries(shapes).map(([name, shape], phase) => [
        name,
        tf.tidy(() => tf.variable(wave(shape, phase))),
      ]),
    );
  }

  logits({ values, mask }: SentenceBatch, run?: TrainingRun): tf.Tensor2D {
    return tf.tidy(() => {
      const features = tf.stack([tf.sum(tf.mul(values, mask), 1), tf.max(tf.mul(values, mask), 1)], 1);
      let hidden = tf.tanh(
        tf.add(tf.matMul(features as tf.Tensor2D, this.get('dense.weight')), this.get('dense.bias')),
      );
      const rate = this.options.dropout ?? 0;
      if (run && rate > 0) {
        const seed = run.seed * 7919 + run.step * 31 + (run.microBatch ?? 0);
        hidden = tf.dropout(hidden, rate, undefined, seed) as tf.Tensor2D;
      }
      return tf.add(
        tf.matMul(hidden as tf.Tensor2D, this.get('classifier.weight')),
        this.get('classifier.bias'),
      );
    });
  }

  loss(batch: SentenceBatch, run?: TrainingRun): tf.Scalar {
    if (run) this.runs.push(run);
    return tf.tidy(() => {
      const truth = tf.oneHot(tf.cast(batch.labels, 'int32'), 2);
      const each = tf.neg(tf.sum(tf.mul(tf.logSoftmax(this.logits(batch, run)), truth), 1));
      const weights = this.weights(batch);
      return tf.div(tf.sum(tf.mul(each, tf.tensor1d(weights))), sum(weights)).asScalar();
    });
  }

  lossWeight(batch: SentenceBatch): number {
    return sum(this.weights(batch));
  }

  predict(batch: SentenceBatch): tf.Tensor2D {
    return tf.tidy(() => tf.softmax(this.logits(batch)));
  }

  labels({ labels }: SentenceBatch): tf.Tensor {
    return labels;
  }

  snapshot(): Float32Array {
    return Float32Array.from([...this.parameters.values()].flatMap((variable) => [...variable.dataSync()]));
  }

  dispose(): void {
    for (const variable of this.parameters.values()) variable.dispose();
  }

  private get(name: string): tf.Tensor2D {
    return this.parameters.get(name) as tf.Variable<tf.Rank.R2>;
  }

  private weights({ labels }: SentenceBatch): number[] {
    return [...labels.dataSync()].map((label) => this.options.classWeights?.[label] ?? 1);
  }
}

export function sentenceData(examples: readonly Sentence[]): Dataset<Sentence, SentenceBatch> {
  return {
    examples,
    length: ({ values }) => values.length,
    collate(chosen) {
      const longest = Math.max(...chosen.map(({ values }) => values.length));
      const padded = (fill: (sentence: Sentence, i: number) => number): number[][] =>
        chosen.map((sentence) => Array.from({ length: longest }, (_, i) => fill(sentence, i)));
      return {
        values: tf.tensor2d(padded(({ values }, i) => values[i] ?? 0)),
        mask: tf.tensor2d(padded(({ values }, i) => Number(i < values.length))),
        labels: tf.tensor1d(chosen.map(({ label }) => label)),
      };
    },
  };
}

/** Sentences whose sum tells their class, of lengths as in reviews, the same at every call. */
export function sentences(count: number, seed = 0): Sentence[] {
  return Array.from({ length: count }, (_, i) => {
    const length = 3 + ((i * 7 + seed) % 11) + ((i + seed) % 13 === 0 ? 20 : 0);
    const values = Array.from({ length }, (_, j) => Math.sin(12.9898 * (i + 1) + 78.233 * j + seed) * 0.5);
    return { values, label: Number(sum(values) > 0) };
  });
}

function wave(shape: number[], phase: number): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Array.from({ length: size }, (_, i) => 0.5 * Math.sin(2.1 * i + phase)),
    shape,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
