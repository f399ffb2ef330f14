import { columnsOf, type Evaluation, guessOf, rowOf } from '../evaluation.js';

/** A mistake, and what of the model's output is to be explained by it. */
export interface WorstMistake {
  /** Place among the examples. */
  readonly example: number;
  /** Label, or value. */
  readonly truth: string;
  /** What the model says instead. */
  readonly guess: string;
  /** How sure it is, in words: a probability, or how far off a value is. */
  readonly sureness: string;
  /** Weights of the logits whose sum speaks for the guess. */
  readonly score: readonly number[];
}

/** By what mistakes are ordered: how sure the model is of them, or how far off. */
type Ranked = WorstMistake & { readonly badness: number };

function ofValues({ examples, scores }: Evaluation): Ranked[] {
  return examples.map(({ target }, example) => {
    const [truth, guess] = [target[0] ?? 0, scores[example] ?? 0];
    return {
      example,
      truth: String(truth),
      guess: guess.toFixed(3),
      sureness: `off by ${Math.abs(guess - truth).toFixed(3)}`,
      score: [1],
      badness: Math.abs(guess - truth),
    };
  });
}

function ofDecisions(evaluation: Evaluation): Ranked[] {
  const { examples, labels } = evaluation;
  return examples.flatMap(({ target }, example) =>
    rowOf(evaluation, example).flatMap((probability, at): Ranked[] => {
      const isSaid = probability >= 0.5;
      if (Number(isSaid) === target[at]) return [];
      const name = labels.names[at] ?? '';
      const badness = isSaid ? probability : 1 - probability;
      return [
        {
          example,
          truth: isSaid ? `not ${name}` : name,
          guess: isSaid ? name : `not ${name}`,
          sureness: `probability ${badness.toFixed(3)}`,
          score: labels.names.map((_, column) => (column === at ? (isSaid ? 1 : -1) : 0)),
          badness,
        },
      ];
    }),
  );
}

function ofClasses(evaluation: Evaluation): Ranked[] {
  const { examples, labels } = evaluation;
  const columns = columnsOf(evaluation);
  return examples.flatMap(({ target }, example): Ranked[] => {
    const [truth, guess] = [target[0] ?? 0, guessOf(evaluation, example)];
    if (truth === guess) return [];
    const [said, real] = [labels.names[guess] ?? '', labels.names[truth] ?? ''];
    const badness = rowOf(evaluation, example)[guess] ?? 0;
    const oneHot = (column: number): number => Number(column === guess) - Number(column === truth);
    return [
      {
        example,
        truth: real,
        guess: said,
        sureness: `probability ${badness.toFixed(3)}`,
        // One logit alone is that of class 1 against class 0 already.
        score:
          labels.task === 'sigmoid'
            ? [guess === 1 ? 1 : -1]
            : Array.from({ length: columns }, (_, at) => oneHot(at)),
        badness,
      },
    ];
  });
}

/** The mistakes that the model is surest of, or that are farthest off, the worst first. */
export function worstMistakes(evaluation: Evaluation, most: number): WorstMistake[] {
  const { task } = evaluation.labels;
  const all = (task === 'regression' ? ofValues : task === 'multi-label' ? ofDecisions : ofClasses)(
    evaluation,
  );
  return all
    .filter(({ badness }) => Number.isFinite(badness) && badness > 0)
    .sort((a, b) => b.badness - a.badness)
    .slice(0, most)
    .map(({ badness: _, ...mistake }) => mistake);
}
