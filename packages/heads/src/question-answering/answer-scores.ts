/** How well an answer fits, as SQuAD's evaluation script counts. */
export interface AnswerScores {
  /** 1 where it is one of the true answers, but for case, punctuation and articles; else 0 */
  readonly exactMatch: number;
  /** of its words against those of the true answer that fits best, in [0, 1] */
  readonly f1: number;
}

// Python's `string.punctuation`, `\b` and `str.split`, which the script relies on.
const PUNCTUATION = /[!-/:-@[-`{-~]/g;
const ARTICLES = /(?<![\p{L}\p{N}_])(a|an|the)(?![\p{L}\p{N}_])/gu;
const WHITE_SPACE = /(?:[^\S\uFEFF]|[\x1c-\x1f\x85])+/u; // eslint-disable-line no-control-regex -- Python's

/**
 * Exact match and F1 of one answer, as SQuAD's `evaluate-v2.0.py`.
 * @param answer empty for no answer
 * @param truths all answers that are right; empty where the question has none
 */
export function answerScores(answer: string, truths: readonly string[]): AnswerScores {
  const given = words(answer);
  // A truth of nothing but articles and punctuation is no answer; a question without truths has that one.
  const known = truths.map(words).filter((truth) => truth.length > 0);
  const scores = (known.length > 0 ? known : [[]]).map((truth) => ({
    exactMatch: Number(truth.join(' ') === given.join(' ')),
    f1: wordF1(given, truth),
  }));
  return {
    exactMatch: Math.max(...scores.map(({ exactMatch }) => exactMatch)),
    f1: Math.max(...scores.map(({ f1 }) => f1)),
  };
}

/**
 * Means over a data set.
 * @param answers given, and all that are right of each question
 * @returns each in [0, 1]; NaN without questions
 */
export function meanAnswerScores(
  answers: readonly { readonly answer: string; readonly truths: readonly string[] }[],
): AnswerScores {
  const scores = answers.map(({ answer, truths }) => answerScores(answer, truths));
  const mean = (pick: (score: AnswerScores) => number): number =>
    scores.reduce((sum, score) => sum + pick(score), 0) / scores.length;
  return { exactMatch: mean(({ exactMatch }) => exactMatch), f1: mean(({ f1 }) => f1) };
}

/** Words without case, punctuation and articles. */
function words(text: string): string[] {
  const bare = text.toLowerCase().replace(PUNCTUATION, '').replace(ARTICLES, ' ');
  return bare.split(WHITE_SPACE).filter((word) => word !== '');
}

function wordF1(given: readonly string[], truth: readonly string[]): number {
  if (given.length === 0 || truth.length === 0) return Number(given.length === truth.length);
  const left = new Map<string, number>();
  for (const word of truth) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of given) {
    const count = left.get(word) ?? 0;
    if (count > 0) common += 1;
    left.set(word, count - 1);
  }
  if (common === 0) return 0;
  const precision = common / given.length;
  const recall = common / truth.length;
  return (2 * precision * recall) / (precision + recall);
}
