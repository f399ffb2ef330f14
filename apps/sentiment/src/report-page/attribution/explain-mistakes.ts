import { type Attribution, integratedGradients } from '@bertune/heads';
import * as tf from '@tensorflow/tfjs';

import type { LoadedModel } from '../../model/build-model.js';
import { collateInputs, encodeExamples } from '../../model/encode.js';
import type { Evaluation } from '../evaluation.js';
import { type Passage, passagesOf } from './passages.js';
import type { WorstMistake } from './worst-mistakes.js';

/** A mistake with its text, and what each token of it did. */
export interface ExplainedMistake {
  readonly mistake: WorstMistake;
  /** The text, or the two of a pair, cut into tokens and what is between them. */
  readonly texts: readonly (readonly Passage[])[];
  /** How the tokens add up; absent where there was no time for it. */
  readonly sums?: Omit<Attribution, 'tokens'>;
}

/** How closely mistakes are explained, and how long it may take. */
export interface ExplainOptions {
  /** Points of the integral. */
  readonly steps: number;
  /** Ends it: what is not explained by then is left without. */
  readonly signal: Pick<AbortSignal, 'aborted'>;
}

/** Explains mistakes one by one, the first first, by integrated gradients on the active backend. */
export async function explainMistakes(
  { model, tokenizer, maxLength }: Pick<LoadedModel, 'model' | 'tokenizer' | 'maxLength'>,
  { examples }: Pick<Evaluation, 'examples'>,
  mistakes: readonly WorstMistake[],
  { steps, signal }: ExplainOptions,
): Promise<ExplainedMistake[]> {
  const explained: ExplainedMistake[] = [];
  for (const mistake of mistakes) {
    const example = examples[mistake.example];
    if (!example) continue;
    const { encoded } = encodeExamples([example], tokenizer, maxLength);
    const inputs = collateInputs(encoded, tokenizer.padTokenId);
    try {
      const keptIds = [tokenizer.clsTokenId, tokenizer.sepTokenId];
      const options = { scores: [mistake.score], keptIds, steps, signal };
      const [attribution] = await integratedGradients(model, inputs, options);
      const texts = passagesOf(tokenizer, example, maxLength, attribution?.tokens);
      explained.push({ mistake, texts, ...(attribution && { sums: attribution }) });
    } finally {
      tf.dispose(inputs);
    }
  }
  return explained;
}
