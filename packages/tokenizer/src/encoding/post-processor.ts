/** Windows of tokens + special tokens -> encodings. */
import type { Encoding } from './encoding.js';
import type { TokenSequence } from '../tokens/token-sequence.js';
import type { Window, Windows } from './truncation.js';

/** A special token that goes round the texts. */
export interface SpecialToken {
  readonly id: number;
  readonly token: string;
}

/** What is put together, and how. */
export interface Assembly {
  readonly first: TokenSequence;
  readonly second: TokenSequence | undefined;
  readonly windows: Windows;
  /** `[CLS] first [SEP] second [SEP]`; `undefined` adds nothing. */
  readonly special: { readonly cls: SpecialToken; readonly sep: SpecialToken } | undefined;
  /** Offsets in UTF-16 code units or in code points. */
  readonly offsetUnit: 'utf16' | 'codepoint';
  /** Whether the further windows are wanted. */
  readonly overflowing: boolean;
}

/** The first window of each sequence; all other combinations, in Hugging Face's order, as its `overflowing`. */
export function assemble(assembly: Assembly): Encoding {
  const { first, second } = assembly.windows;
  const [firstWindow = { from: 0, to: 0 }, ...firstRest] = first;
  const [secondWindow, ...secondRest] = second ?? [];
  const overflowing: Encoding[] = [];
  if (assembly.overflowing) {
    for (const window of firstRest) {
      overflowing.push(join(assembly, window, secondWindow, []));
      for (const other of secondRest) overflowing.push(join(assembly, window, other, []));
    }
    for (const other of secondRest) overflowing.push(join(assembly, firstWindow, other, []));
  }
  return join(assembly, firstWindow, secondWindow, overflowing);
}

function join(
  { first, second, special, offsetUnit }: Assembly,
  firstWindow: Window,
  secondWindow: Window | undefined,
  overflowing: readonly Encoding[],
): Encoding {
  const added = special === undefined ? 0 : second === undefined ? 2 : 3;
  const length =
    firstWindow.to - firstWindow.from + (secondWindow ? secondWindow.to - secondWindow.from : 0) + added;
  const inputIds = new Int32Array(length);
  const tokenTypeIds = new Int32Array(length);
  const attentionMask = new Int32Array(length).fill(1);
  const specialTokensMask = new Int32Array(length);
  const tokens: string[] = [];
  const offsets: (readonly [number, number])[] = [];
  const wordIds: (number | null)[] = [];
  const sequenceIds: (number | null)[] = [];

  const addSpecial = (token: SpecialToken | undefined, type: number): void => {
    if (token === undefined) return;
    const index = tokens.length;
    inputIds[index] = token.id;
    tokenTypeIds[index] = type;
    specialTokensMask[index] = 1;
    tokens.push(token.token);
    offsets.push([0, 0]);
    wordIds.push(null);
    sequenceIds.push(null);
  };
  const addSequence = (sequence: TokenSequence, window: Window, type: number): void => {
    const convert = offsetUnit === 'codepoint' ? codePointCounter() : undefined;
    for (let index = window.from; index < window.to; index += 1) {
      const start = sequence.starts[index] ?? 0;
      const end = sequence.ends[index] ?? 0;
      const text = sequence.texts[index] ?? '';
      inputIds[tokens.length] = sequence.ids[index] ?? 0;
      tokenTypeIds[tokens.length] = type;
      tokens.push(sequence.tokens[index] ?? '');
      offsets.push(convert === undefined ? [start, end] : [convert(text, start), convert(text, end)]);
      wordIds.push(sequence.words[index] ?? 0);
      sequenceIds.push(type);
    }
  };

  addSpecial(special?.cls, 0);
  addSequence(first, firstWindow, 0);
  addSpecial(special?.sep, 0);
  if (second !== undefined && secondWindow !== undefined) {
    addSequence(second, secondWindow, 1);
    addSpecial(special?.sep, 1);
  }
  return {
    inputIds,
    tokenTypeIds,
    attentionMask,
    specialTokensMask,
    tokens,
    offsets,
    wordIds,
    sequenceIds,
    overflowing,
  };
}

/** UTF-16 position -> code-point position. Walks on from the last answer, so rising questions cost one pass. */
function codePointCounter(): (text: string, position: number) => number {
  let walked = '';
  let units = 0;
  let codePoints = 0;
  return (text, position) => {
    if (text !== walked || position < units) {
      walked = text;
      units = 0;
      codePoints = 0;
    }
    while (units < position) {
      units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
      codePoints += 1;
    }
    return codePoints;
  };
}
