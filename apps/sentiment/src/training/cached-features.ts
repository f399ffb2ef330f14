import { type Bert, type BertInputs, firstTokenFeatures } from '@bertune/bert';
import type { SequenceBatch } from '@bertune/heads';
import { type BatchSizing, type Dataset, type Executor, predict, TrainError } from '@bertune/train';
import * as tf from '@tensorflow/tfjs';

import { AppError } from '../errors.js';
import type { TextSink } from '../io.js';
import type { EncodedExample } from '../model/encode.js';
import type { TrainSettings } from './settings.js';

/**
 * What the features of a frozen encoder need of the other options.
 * @throws AppError `usage`
 */
export function checkCacheOptions({ cacheFeatures, freeze, loraRank, unfreeze }: TrainSettings): void {
  if (!cacheFeatures) return;
  const changing = [
    ...(freeze === 'encoder' ? [] : [`--freeze ${String(freeze)}`]),
    ...(loraRank === undefined ? [] : ['--lora-rank']),
    ...(unfreeze === undefined ? [] : ['--unfreeze']),
  ];
  if (changing.length === 0) return;
  throw new AppError('usage', {
    where: '--cache-features',
    expected: '--freeze encoder, since what changes cannot be kept',
    found: changing.join(', '),
    remedy: 'Add --freeze encoder, or leave --cache-features out.',
  });
}

/** What the encoder is run with. */
interface Running {
  readonly executor: Executor;
  readonly sizing: BatchSizing;
  readonly signal: AbortSignal;
}

/** Texts as batches of the encoder. */
type Texts = Dataset<EncodedExample, SequenceBatch>;

/** Training and validation texts. */
interface Splits {
  readonly train: Texts;
  readonly valid: Texts;
}

/**
 * Runs the encoder over all texts once, and says what that took.
 * @throws AppError `interrupted`
 */
export async function cachedSplits(
  bert: Bert,
  { train, valid }: Splits,
  { sink, ...running }: Running & { readonly sink: TextSink },
): Promise<Splits> {
  const begin = Date.now();
  try {
    const seen = {
      train: await cachedFeatures(bert, train, running),
      valid: await cachedFeatures(bert, valid, running),
    };
    const texts = train.examples.length + valid.examples.length;
    const megabytes = (4e-6 * texts * bert.config.hiddenSize).toFixed(1);
    const seconds = ((Date.now() - begin) / 1000).toFixed(1);
    sink.write(`features: ${texts} texts encoded in ${seconds}s, ${megabytes} MB\n`);
    return seen;
  } catch (error) {
    if (!(error instanceof TrainError && error.code === 'aborted')) throw error;
    throw new AppError('interrupted', {
      where: 'sentiment train',
      expected: 'the features of all texts',
      found: 'Ctrl-C before their end',
      remedy: 'Nothing was trained, so nothing was saved.',
      cause: error,
    });
  }
}

/**
 * Runs the encoder over every example once, without dropout, and gives the same examples in the same batches as inputs of
 * the pooler: the first token with its last hidden state. Holds float32 [N, D].
 * @param data examples as the encoder reads them
 */
async function cachedFeatures(
  bert: Bert,
  data: Texts,
  { executor, sizing, signal }: Running,
): Promise<Texts> {
  const features = await predict(firstTokenFeatures(bert), data, { ...sizing, executor, signal });
  const width = features.shape[1];
  const rowOf = new Map(data.examples.map((example, row) => [example, row]));
  return {
    ...data,
    collate: (examples) => {
      const { labels, ...inputs } = data.collate(examples);
      tf.dispose(inputs);
      const shape: [number, number] = [examples.length, 1];
      const states = new Float32Array(examples.length * width);
      for (const [at, example] of examples.entries()) {
        const row = rowOf.get(example) ?? NaN; // every example is one of the data's
        states.set(features.values.subarray(row * width, (row + 1) * width), at * width);
      }
      const first = examples.map(({ inputIds }) => inputIds[0]);
      return {
        inputIds: tf.tensor2d(Int32Array.from(first), shape, 'int32'),
        attentionMask: tf.ones(shape, 'int32'),
        tokenTypeIds: tf.zeros(shape, 'int32'),
        lastHiddenState: tf.tensor3d(states, [examples.length, 1, width]),
        labels,
      };
    },
  };
}

/** Examples of a batch. */
export function rowsOf(batch: object): number {
  return (batch as BertInputs).inputIds.shape[0];
}
