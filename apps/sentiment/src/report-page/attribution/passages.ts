import type { BertTokenizer } from '@bertune/tokenizer';

import type { TextExample } from '../../data/read-examples.js';

/** A stretch of a text: a token as it was written, or what is between tokens. */
export interface Passage {
  /** As written. */
  readonly text: string;
  /** What it adds to the score; absent between tokens, behind the last one that was read, and where it is not known. */
  readonly value?: number;
  /** Whether the model read it: all but what was cut off. */
  readonly isRead: boolean;
}

/** A token in the text it comes from. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly value: number | undefined;
}

/** Tokens with the text that lies between them; tokens of the same stretch are one passage, their values added up. */
function passages(text: string, places: readonly Place[], isCut: boolean): Passage[] {
  const found: Passage[] = [];
  let at = 0;
  for (const { start, end, value } of [...places].sort((a, b) => a.start - b.start)) {
    const last = found.at(-1);
    if (start < at && last) {
      const sum = (last.value ?? 0) + (value ?? 0);
      const more = text.slice(at, end);
      found[found.length - 1] = {
        ...last,
        text: last.text + more,
        ...(value !== undefined && { value: sum }),
      };
      at = Math.max(at, end);
      continue;
    }
    if (start > at) found.push({ text: text.slice(at, start), isRead: true });
    found.push({ text: text.slice(start, end), isRead: true, ...(value !== undefined && { value }) });
    at = end;
  }
  if (at < text.length) found.push({ text: text.slice(at), isRead: !isCut });
  return found;
}

/**
 * The text of an example, or the two of a pair, cut where the tokenizer cuts it.
 * @param values what each token adds, [T], special tokens included; absent where it is not known
 */
export function passagesOf(
  tokenizer: BertTokenizer,
  { text, pair }: TextExample,
  maxLength: number,
  values: ArrayLike<number> | undefined,
): Passage[][] {
  // As `encodeExamples` does, so that tokens and values fit.
  const row = tokenizer.encode(text, {
    ...(pair === undefined ? {} : { pair }),
    truncation: true,
    maxLength,
    stride: 0,
    padding: false,
    returnOverflowingTokens: true,
  });
  return [text, ...(pair === undefined ? [] : [pair])].map((each, which) => {
    const places = row.offsets.flatMap(([start, end], token): Place[] =>
      row.sequenceIds[token] === which && end > start ? [{ start, end, value: values?.[token] }] : [],
    );
    return passages(each, places, row.overflowing.length > 0);
  });
}
