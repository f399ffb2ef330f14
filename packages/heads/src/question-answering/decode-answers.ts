import { HeadError } from '../errors.js';
import { contextTokens, NO_ANSWER, type QuestionWindow, type TextSpan } from './answer-positions.js';

/** A window with what the model said of its tokens. */
export interface ScoredWindow {
  /** what the tokens are */
  readonly window: QuestionWindow;
  /** score of each token as first of the answer; may be longer than the window, for padding */
  readonly startLogits: ArrayLike<number>;
  /** score of each token as last of the answer */
  readonly endLogits: ArrayLike<number>;
}

/** How answers are read from scores; the defaults are those of run_squad. */
export interface DecodeAnswersOptions {
  /** answers given, and first and last tokens tried in each window; default 20 */
  readonly count?: number | undefined;
  /** most tokens of an answer; default 30 */
  readonly maxAnswerTokens?: number | undefined;
  /** whether a question may have no answer (SQuAD 2); default false */
  readonly noAnswer?: boolean | undefined;
  /** no answer is given where `[CLS]` scores higher than the best answer by more than this; default 0 */
  readonly nullThreshold?: number | undefined;
}

/** One answer that may be. */
export interface Answer {
  /** from the context; empty for no answer */
  readonly text: string;
  /** where that is; absent for no answer */
  readonly span: TextSpan | undefined;
  /** sum of the scores of its first and last token */
  readonly score: number;
  /** softmax of the scores of the answers that are given */
  readonly probability: number;
}

/** What the scores of a question's windows say. */
export interface DecodedAnswers {
  /** the answer to give; empty for none */
  readonly text: string;
  /** the best ones, from the highest score down; with `noAnswer` one of them is empty */
  readonly answers: readonly Answer[];
  /** by how much no answer scores higher than the best one; Infinity where there is no other */
  readonly noAnswerScore: number;
}

interface Candidate {
  readonly span: TextSpan | undefined;
  readonly score: number;
}

/**
 * Answers from scores, as Hugging Face's question answering examples and run_squad: of the best first and last tokens of
 * each window the pairs that lie in the context, in order and not too far apart; the best over all windows. The score of
 * no answer is that of `[CLS]`, the lowest of all windows: any window may have the answer.
 * @param windows of one question; each text may be in several
 * @param context the text answers are taken from
 * @throws HeadError `invalid-options`, `invalid-labels` for fewer scores than tokens
 */
export function decodeAnswers(
  windows: readonly ScoredWindow[],
  context: string,
  options: DecodeAnswersOptions = {},
): DecodedAnswers {
  const { count = 20, maxAnswerTokens = 30, noAnswer = false, nullThreshold = 0 } = options;
  checkOptions(windows, { count, maxAnswerTokens, nullThreshold });
  const found = new Map<string, Candidate>();
  let nullScore = Infinity;
  for (const scored of windows) {
    nullScore = Math.min(nullScore, scored.startLogits[NO_ANSWER] + scored.endLogits[NO_ANSWER]);
    for (const candidate of candidates(scored, count, maxAnswerTokens)) {
      const key = `${candidate.span?.start} ${candidate.span?.end}`;
      const known = found.get(key);
      if (!known || known.score < candidate.score) found.set(key, candidate); // windows overlap
    }
  }
  const spans = [...found.values()].sort((a, b) => b.score - a.score);
  const none: Candidate = { span: undefined, score: nullScore };
  const best = withNone(spans, noAnswer ? none : undefined, count);
  const answers = withProbabilities(best, context);
  const noAnswerScore = spans.length === 0 ? Infinity : nullScore - spans[0].score;
  const isNone = spans.length === 0 || (noAnswer && noAnswerScore > nullThreshold);
  return { text: isNone ? '' : textOf(spans[0], context), answers, noAnswerScore };
}

/** Pairs of a first and a last token of one window. */
function* candidates(scored: ScoredWindow, count: number, maxAnswerTokens: number): Generator<Candidate> {
  const { window, startLogits, endLogits } = scored;
  const isContext = new Set(contextTokens(window));
  const ends = best(endLogits, window.offsets.length, count).filter((token) => isContext.has(token));
  for (const first of best(startLogits, window.offsets.length, count)) {
    if (!isContext.has(first)) continue;
    for (const last of ends) {
      if (last < first || last - first + 1 > maxAnswerTokens) continue;
      const span = { start: window.offsets[first][0], end: window.offsets[last][1] };
      yield { span, score: startLogits[first] + endLogits[last] };
    }
  }
}

/** Positions of the highest scores, the highest first. */
function best(scores: ArrayLike<number>, length: number, count: number): number[] {
  return Array.from({ length }, (_, token) => token)
    .sort((a, b) => scores[b] - scores[a])
    .slice(0, count);
}

/** The best `count`, and no answer behind them where its score is too low to be one of them. */
function withNone(spans: readonly Candidate[], none: Candidate | undefined, count: number): Candidate[] {
  if (!none) return spans.slice(0, count);
  const all = [...spans, none].sort((a, b) => b.score - a.score).slice(0, count);
  return all.includes(none) ? all : [...all, none];
}

function withProbabilities(best: readonly Candidate[], context: string): Answer[] {
  const powers = best.map(({ score }) => Math.exp(score - best[0].score));
  const sum = powers.reduce((total, power) => total + power, 0);
  return best.map((candidate, i) => ({
    text: textOf(candidate, context),
    span: candidate.span,
    score: candidate.score,
    probability: powers[i] / sum,
  }));
}

function textOf({ span }: Candidate, context: string): string {
  return span ? context.slice(span.start, span.end) : '';
}

function checkOptions(
  windows: readonly ScoredWindow[],
  options: Readonly<Record<'count' | 'maxAnswerTokens' | 'nullThreshold', number>>,
): void {
  const { nullThreshold, ...counts } = options;
  const problems = Object.entries(counts)
    .filter(([, value]) => !(Number.isInteger(value) && value >= 1))
    .map(([name, value]) => `${name}: expected an integer of at least 1, found ${value}`);
  if (Number.isNaN(nullThreshold)) problems.push('nullThreshold: expected a number, found NaN');
  if (windows.length === 0) problems.push('windows: expected at least one, found none');
  if (problems.length > 0) throw new HeadError('invalid-options', `decodeAnswers: ${problems.join('; ')}.`);
  for (const [i, { window, startLogits, endLogits }] of windows.entries()) {
    const scores = Math.min(startLogits.length, endLogits.length);
    if (scores >= window.offsets.length) continue;
    throw new HeadError(
      'invalid-labels',
      `decodeAnswers: window ${i}: expected scores of its ${window.offsets.length} tokens, found ${scores}.`,
    );
  }
}
