import { MaskedLanguageModel } from '@bertune/heads';
import { BertTokenizer } from '@bertune/tokenizer';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

/** A sentence and what the model puts in the place of `[MASK]`. */
export interface FilledIn {
  readonly sentence: string;
  /** the likeliest tokens, with probabilities in [0, 1] */
  readonly candidates: readonly { readonly token: string; readonly probability: number }[];
}

/** Fills in `[MASK]`, five candidates each. */
export async function fillIn(directory: string, sentences: readonly string[]): Promise<FilledIn[]> {
  await tf.setBackend('wasm');
  const tokenizer = await BertTokenizer.fromPretrained(directory);
  const model = await MaskedLanguageModel.fromPretrained(directory);
  const mask = tokenizer.maskTokenId ?? -1;
  const filled: FilledIn[] = [];
  for (const sentence of sentences) {
    const { inputIds, attentionMask, tokenTypeIds } = tokenizer.encode(sentence);
    const row = (values: Iterable<number>): tf.Tensor2D => tf.tensor2d([[...values]], undefined, 'int32');
    const inputs = {
      inputIds: row(inputIds),
      attentionMask: row(attentionMask),
      tokenTypeIds: row(tokenTypeIds),
      maskedPositions: row([inputIds.indexOf(mask)]),
    };
    const [[candidates]] = await model.fillMask(inputs, { count: 5 });
    tf.dispose(Object.values(inputs));
    filled.push({
      sentence,
      candidates: candidates.map(({ id, probability }) => ({
        token: tokenizer.tokenOf(id) ?? '',
        probability,
      })),
    });
  }
  model.dispose();
  return filled;
}
