import { EmbeddingDistillationModel, PreTrainingModel } from '@bertune/heads';
import type { Metric, TokenizedDocument } from '@bertune/train';

import type { PretrainModel } from './pretrain-model.js';

/** Label of a place that is not predicted. */
const IGNORED = -100;

/** Share of right predictions in some columns, places that are not predicted left out. */
function columnAccuracy(name: string, from: number, to: number): Metric {
  return {
    name,
    better: 'higher',
    compute(predictions, labels) {
      const [rows, columns] = labels.shape;
      let right = 0;
      let counted = 0;
      for (let row = 0; row < rows; row++) {
        for (let column = from; column < Math.min(to, columns); column++) {
          const at = row * columns + column;
          if (labels.values[at] === IGNORED) continue;
          counted += 1;
          if (labels.values[at] === predictions.values[at]) right += 1;
        }
      }
      return right / counted;
    },
  };
}

/** Figures of a masked language model: all columns are tokens. */
const maskedTokenMetrics: readonly Metric[] = [columnAccuracy('masked_accuracy', 0, Infinity)];

/** Figures of a model of both tasks: the first column is the next sentence, the others are tokens. */
export const preTrainingMetrics: readonly Metric[] = [
  columnAccuracy('masked_accuracy', 1, Infinity),
  columnAccuracy('next_sentence_accuracy', 0, 1),
];

/** Figures of a model with a teacher: the first column is the similarity of the embeddings, the others are tokens. */
const distillationMetrics: readonly Metric[] = [
  columnAccuracy('masked_accuracy', 1, Infinity),
  {
    name: 'teacher_similarity',
    better: 'higher',
    compute({ values, shape: [rows, columns] }) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += values[row * columns];
      return sum / rows;
    },
  },
];

/** What a model is measured by. */
export function metricsOf(model: PretrainModel): readonly Metric[] {
  if (model instanceof EmbeddingDistillationModel) return distillationMetrics;
  return model instanceof PreTrainingModel ? preTrainingMetrics : maskedTokenMetrics;
}

/** What is reached without looking at the text around a token. */
export interface UnigramBaseline {
  /** of always saying the commonest token, in [0, 1] */
  readonly accuracy: number;
  /** mean negative log-likelihood under the frequencies of the training text, each count one more; in nats */
  readonly loss: number;
}

/**
 * The figures of a model that knows frequencies only.
 * @param vocabularySize V, so that tokens not met in training count too
 */
export function unigramBaseline(
  train: readonly TokenizedDocument[],
  valid: readonly TokenizedDocument[],
  vocabularySize: number,
): UnigramBaseline {
  const counts = new Float64Array(vocabularySize).fill(1);
  for (const sentence of train.flat()) for (const id of sentence) counts[id] += 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const commonest = counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0));
  let hits = 0;
  let loss = 0;
  let tokens = 0;
  for (const sentence of valid.flat()) {
    for (const id of sentence) {
      if (id === commonest) hits += 1;
      loss -= Math.log(counts[id] / total);
      tokens += 1;
    }
  }
  return { accuracy: hits / tokens, loss: loss / tokens };
}
