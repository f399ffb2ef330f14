/** Inputs -> the ids of their tokens, and which of them each row gets. */
import type { IdList } from '../fast/id-list.js';
import type { TextInput, TextTokenizer } from '../tokens/text-tokenizer.js';
import type { ResolvedEncodeOptions } from './encode-options.js';
import { tokensNeeded, truncate } from './truncation.js';
import type { Window } from './truncation.js';

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

/** How many special tokens a row has. */
export function specialTokenCount(addSpecialTokens: boolean, isPair: boolean): number {
  return addSpecialTokens ? (isPair ? 3 : 2) : 0;
}

/**
 * Tokenises one input into `ids` and appends its rows, with all overflowing windows if wanted.
 * @param rows the input's own row first, then its windows in Hugging Face's order
 * @throws TokenizerError `missing-pair`, `sequence-too-short`, `stride-too-large`
 */
export function planRows(
  tokenizer: TextTokenizer,
  sample: number,
  text: TextInput,
  pair: TextInput | undefined,
  options: ResolvedEncodeOptions,
  ids: IdList,
  rows: PlannedRow[],
): void {
  const { truncation, addSpecialTokens, overflowing } = options;
  const added = specialTokenCount(addSpecialTokens, pair !== undefined);
  // A limit below the number of special tokens truncates nothing: the reference's subtraction wraps round.
  const settings =
    truncation !== undefined && truncation.maxLength >= added
      ? { ...truncation, maxTokens: truncation.maxLength - added }
      : undefined;
  const needed =
    settings === undefined || overflowing ? Infinity : tokensNeeded(settings, pair !== undefined);

  const firstAt = ids.count;
  tokenizer.appendIds(text, firstAt + needed, ids);
  const secondAt = ids.count;
  if (pair !== undefined) tokenizer.appendIds(pair, secondAt + needed, ids);
  const firstCount = secondAt - firstAt;
  const secondCount = pair === undefined ? undefined : ids.count - secondAt;

  const add = (first: Window, second: Window | undefined): void => {
    rows.push({
      sample,
      firstAt,
      firstFrom: first.from,
      firstLength: first.to - first.from,
      secondAt,
      secondFrom: second === undefined ? 0 : second.from,
      secondLength: second === undefined ? -1 : second.to - second.from,
    });
  };
  const { first, second } = truncate(firstCount, secondCount, settings);
  add(first[0], second?.[0]);
  if (!overflowing) return;
  for (let index = 1; index < first.length; index += 1) {
    for (const other of second ?? [undefined]) add(first[index], other);
  }
  for (const other of second?.slice(1) ?? []) add(first[0], other);
}
