/** Inputs -> the ids of their tokens, and which of them each row gets. */
import type { IdList } from '../tokens/id-list.js';
import type { TextTokenizer } from '../tokens/text-tokenizer.js';
import type { ResolvedEncodeOptions } from './encode-options.js';
import type { RowInput } from './inputs.js';
import { tokensNeeded, truncate } from './truncation.js';
import type { TruncationSettings, Window } from './truncation.js';

/** A row to be: tokens `from` to `from + length` of each text. The ids of a text lie in the list from `at` on. */
export interface PlannedRow {
  /** Which input it is made from. */
  readonly sample: number;
  readonly firstAt: number;
  readonly firstFrom: number;
  readonly firstLength: number;
  readonly secondAt: number;
  readonly secondFrom: number;
  /** -1: there is no second text. */
  readonly secondLength: number;
}

/** The window of a text that there is not. */
const NONE: Window = { from: 0, to: -1 };

/** What truncation means for the rows of a call that have one text, or for those that have two. */
export interface RowLimit {
  /** `undefined`: nothing is cut. */
  readonly settings: TruncationSettings | undefined;
  /** How many tokens of each text matter. */
  readonly needed: number;
}

/** Works out the limit once for all rows. */
export function rowLimit(
  { truncation, addSpecialTokens, overflowing }: ResolvedEncodeOptions,
  isPair: boolean,
): RowLimit {
  const added = addSpecialTokens ? (isPair ? 3 : 2) : 0;
  // A limit below the number of special tokens truncates nothing: the reference's subtraction wraps round.
  if (truncation === undefined || truncation.maxLength < added) {
    return { settings: undefined, needed: Infinity };
  }
  const settings = { ...truncation, maxTokens: truncation.maxLength - added };
  return { settings, needed: overflowing ? Infinity : tokensNeeded(settings, isPair) };
}

/**
 * Tokenises one input into `ids` and appends its rows.
 * @param limit the one for its number of texts
 * @param overflowing whether the windows that truncation cuts off are rows, too: after the input's own row, in Hugging
 *   Face's order
 * @throws TokenizerError `missing-pair`, `sequence-too-short`, `stride-too-large`
 */
export function planRows(
  tokenizer: TextTokenizer,
  sample: number,
  { text, pair }: RowInput,
  { settings, needed }: RowLimit,
  overflowing: boolean,
  ids: IdList,
  rows: PlannedRow[],
): void {
  const firstAt = ids.count;
  tokenizer.appendIds(text, firstAt + needed, ids);
  const secondAt = ids.count;
  if (pair !== undefined) tokenizer.appendIds(pair, secondAt + needed, ids);
  const firstLength = secondAt - firstAt;
  const secondLength = pair === undefined ? -1 : ids.count - secondAt;
  const add = (firstFrom: number, firstTo: number, secondFrom: number, secondTo: number): void => {
    rows.push({
      sample,
      firstAt,
      firstFrom,
      firstLength: firstTo - firstFrom,
      secondAt,
      secondFrom,
      secondLength: secondTo - secondFrom,
    });
  };
  if (settings === undefined || ids.count - firstAt <= settings.maxTokens) {
    add(0, firstLength, 0, secondLength);
    return;
  }
  const [first, second = [NONE]] = truncate(
    firstLength,
    pair === undefined ? undefined : secondLength,
    settings,
  );
  const addBoth = (a: Window, b: Window): void => add(a.from, a.to, b.from, b.to);
  addBoth(first[0], second[0]);
  if (!overflowing) return;
  for (const window of first.slice(1)) for (const other of second) addBoth(window, other);
  for (const other of second.slice(1)) addBoth(first[0], other);
}
