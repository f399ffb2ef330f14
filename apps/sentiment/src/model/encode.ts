import type { BertInputs } from '@bertune/bert';
import type { SequenceBatch } from '@bertune/heads';
import type { BertTokenizer } from '@bertune/tokenizer';
import * as tf from '@tensorflow/tfjs';

import type { Example } from '../data/labels.js';
import type { TextExample } from '../data/read-examples.js';
import type { Task } from '../options.js';

/** A text as the model reads it. */
export interface EncodedExample {
  /** Token ids, int32 [T]. */
  readonly inputIds: Int32Array;
  /** Which text a token belongs to, int32 [T]. */
  readonly tokenTypeIds: Int32Array;
  /** What the model shall say: see `Example`. Empty where there is no label. */
  readonly target: readonly number[];
}

/** Texts encoded together at most: encodings carry more than is kept, so they should not pile up. */
const chunk = 1024;

/** Tokenizes examples once, before the first batch. Also says how many were longer than `maxLength`. */
export function encodeExamples(
  examples: readonly (TextExample & Partial<Pick<Example, 'target'>>)[],
  tokenizer: BertTokenizer,
  maxLength: number,
): { readonly encoded: EncodedExample[]; readonly cut: number } {
  const encoded: EncodedExample[] = [];
  let cut = 0;
  for (let start = 0; start < examples.length; start += chunk) {
    const part = examples.slice(start, start + chunk);
    const rows = tokenizer.encodeAll(
      part.map(({ text, pair }) => (pair === undefined ? text : ([text, pair] as const))),
      // All said, because a tokenizer.json may have a truncation and a padding of its own.
      { truncation: true, maxLength, stride: 0, padding: false, returnOverflowingTokens: true },
    );
    for (const [index, { inputIds, tokenTypeIds, overflowing }] of rows.entries()) {
      if (overflowing.length > 0) cut++;
      encoded.push({ inputIds, tokenTypeIds, target: part[index]?.target ?? [] });
    }
  }
  return { encoded, cut };
}

function labelTensor(examples: readonly EncodedExample[], task: Task): tf.Tensor {
  const flat = examples.flatMap(({ target }) => target);
  switch (task) {
    case 'single-label':
      return tf.tensor1d(flat, 'int32');
    case 'sigmoid':
      return tf.tensor1d(flat, 'float32');
    default:
      return tf.tensor2d(flat, [examples.length, flat.length / examples.length], 'float32');
  }
}

/** To how many tokens a batch is padded, by the longest of its texts. */
export type PaddedLength = (longest: number) => number;

/**
 * Pads examples to one length.
 * @param padTokenId id that fills rows up
 * @param paddedLength default: to the longest of them
 * @returns [B, T] each; whoever asked for it disposes it with `tf.dispose`
 */
export function collateInputs(
  examples: readonly Pick<EncodedExample, 'inputIds' | 'tokenTypeIds'>[],
  padTokenId: number,
  paddedLength: PaddedLength = (longest) => longest,
): BertInputs {
  const length = paddedLength(Math.max(...examples.map(({ inputIds }) => inputIds.length)));
  const shape: [number, number] = [examples.length, length];
  const inputIds = new Int32Array(examples.length * length).fill(padTokenId);
  const attentionMask = new Int32Array(inputIds.length);
  const tokenTypeIds = new Int32Array(inputIds.length);
  for (const [row, example] of examples.entries()) {
    inputIds.set(example.inputIds, row * length);
    tokenTypeIds.set(example.tokenTypeIds, row * length);
    attentionMask.fill(1, row * length, row * length + example.inputIds.length);
  }
  return {
    inputIds: tf.tensor2d(inputIds, shape, 'int32'),
    attentionMask: tf.tensor2d(attentionMask, shape, 'int32'),
    tokenTypeIds: tf.tensor2d(tokenTypeIds, shape, 'int32'),
  };
}

/** As `collateInputs`, with the labels. Whoever asked for it disposes it with `tf.dispose`. */
export function collate(
  examples: readonly EncodedExample[],
  task: Task,
  padTokenId: number,
  paddedLength?: PaddedLength,
): SequenceBatch {
  return { ...collateInputs(examples, padTokenId, paddedLength), labels: labelTensor(examples, task) };
}
