import { HeadError } from '../errors.js';

/** A stretch of characters. */
export interface TextSpan {
  /** first UTF-16 code unit */
  readonly start: number;
  /** one past the last */
  readonly end: number;
}

/** First and last token of an answer. */
export interface TokenPositions {
  readonly start: number;
  /** itself part of the answer */
  readonly end: number;
}

/**
 * What must be known of the tokens of a question with its context, or of the part of it that fits into one row: an
 * `Encoding` of `@bertune/tokenizer` as it is. Long contexts are cut into such windows by `encodeBatch([[question,
 * context]], { truncation: 'only_second', maxLength, stride, returnOverflowingTokens: true })`.
 */
export interface QuestionWindow {
  /** start and end of each token in its text, in UTF-16 code units */
  readonly offsets: readonly (readonly [start: number, end: number])[];
  /** 0 for tokens of the question, 1 for those of the context, null for special tokens and padding */
  readonly sequenceIds: readonly (number | null)[];
}

/** Token that stands for "no answer here": `[CLS]`. */
export const NO_ANSWER = 0;

/** Which text of the pair answers are in. */
const CONTEXT = 1;

/**
 * Checks an answer against the text it was taken from.
 * @param answer its text, and where that begins
 * @returns where the answer is
 * @throws HeadError `invalid-labels` when something else stands there
 */
export function answerSpan(
  context: string,
  answer: { readonly text: string; readonly start: number },
): TextSpan {
  const span = { start: answer.start, end: answer.start + answer.text.length };
  if (answer.text !== '' && context.slice(span.start, span.end) === answer.text && span.start >= 0)
    return span;
  const at = answer.text === '' ? -1 : context.indexOf(answer.text);
  const found =
    answer.text === '' || !(span.start >= 0 && span.end <= context.length)
      ? `one of ${answer.text.length} characters at ${answer.start}, in a context of ${context.length}`
      : JSON.stringify(context.slice(span.start, span.end));
  const hint = at >= 0 ? ` The text begins at ${at}; were positions counted in code points or bytes?` : '';
  throw new HeadError(
    'invalid-labels',
    `answer: expected ${JSON.stringify(answer.text)} at ${answer.start} of its context, found ${found}.${hint}`,
  );
}

/**
 * Tokens that an answer's characters are in.
 * @param span undefined for a question without answer
 * @returns 0 and 0, the `[CLS]` token, unless the whole answer lies in the window
 */
export function answerPositions(window: QuestionWindow, span: TextSpan | undefined): TokenPositions {
  const none = { start: NO_ANSWER, end: NO_ANSWER };
  const tokens = contextTokens(window);
  if (!span || tokens.length === 0) return none;
  const [first] = window.offsets[tokens[0]];
  const [, last] = window.offsets[tokens[tokens.length - 1]];
  if (span.start < first || span.end > last) return none;
  const inside = tokens.filter((token) => {
    const [start, end] = window.offsets[token];
    return start < span.end && end > span.start;
  });
  return inside.length === 0 ? none : { start: inside[0], end: inside[inside.length - 1] };
}

/** Positions of the window's tokens that are of the context. */
export function contextTokens({ sequenceIds }: QuestionWindow): number[] {
  return [...sequenceIds.keys()].filter((token) => sequenceIds[token] === CONTEXT);
}
