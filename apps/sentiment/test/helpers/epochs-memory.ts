import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { Bert, createBertConfig } from '@bertune/bert';
import { SequenceClassifier } from '@bertune/heads';
import { adamW, compile, type Executor, linearSchedule, lengthBuckets, padToBuckets } from '@bertune/train';
import * as tf from '@tensorflow/tfjs';

import { oddWords } from '../odd-words.js';

/** What there is at the end of an epoch. */
export interface EpochMemory {
  /** Tensors that TensorFlow.js knows of. */
  readonly tensors: number;
  /** Tensors and handles that the backend holds; those of TensorFlow.js where it has no others. */
  readonly handles: number;
  /** Resident, in megabytes, after a collection of garbage. */
  readonly resident: number;
}

/** Sizes of a training. */
export interface TrainingSize {
  readonly examples: number;
  readonly batchSize: number;
  readonly hidden: number;
  readonly epochs: number;
}

/** Trains a small BERT on texts of 3 to 34 tokens, with dropout, clipping and a validation after each epoch. */
export async function memoryOfEpochs(
  { examples, batchSize, hidden, epochs }: TrainingSize,
  executor: Executor,
  handles: () => number = () => tf.memory().numTensors,
): Promise<EpochMemory[]> {
  const lengthOf = (i: number): number => 3 + ((i * 7) % 32);
  const lengths = Array.from({ length: examples }, (_, i) => lengthOf(i));
  const paddedLength = padToBuckets(lengthBuckets(lengths, { count: 4, batchSize }));
  const data = oddWords(examples, lengthOf);
  const config = createBertConfig({
    vocabSize: 100,
    hiddenSize: hidden,
    numLayers: 2,
    numHeads: 2,
    maxPosition: 64,
  });
  const model = SequenceClassifier.fromEncoder(Bert.fromConfig(config, { seed: 7 }), {
    labels: ['even', 'odd'],
    seed: 7,
  });
  const compiled = compile(model, {
    optimizer: adamW({ learningRate: 1e-3 }),
    schedule: linearSchedule({ warmupRatio: 0.1 }),
    clipNorm: 1,
    executor,
  });
  const seen: EpochMemory[] = [];
  await compiled.fit(
    { ...data, paddedLength },
    {
      batchSize,
      epochs,
      seed: 1,
      validationData: oddWords(Math.ceil(examples / 8), lengthOf),
      callbacks: [
        {
          onEpochEnd() {
            collectGarbage();
            seen.push({
              tensors: tf.memory().numTensors,
              handles: handles(),
              resident: process.memoryUsage.rss() / 1e6,
            });
          },
        },
      ],
    },
  );
  compiled.dispose();
  model.dispose();
  return seen;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
