/** Which tokens of one or two sequences stay, and which further windows cover the rest. As Hugging Face tokenizers. */
import { TokenizerError } from '../errors.js';

/** How a text, or a pair, that is too long is shortened. */
export type TruncationStrategy =
  /** Take from the longer sequence until both fit; of two equally long ones the fidelity says which ends up shorter. */
  | 'longest_first'
  /** Take from the first sequence only. */
  | 'only_first'
  /** Take from the second sequence only. */
  | 'only_second';

/** Which end loses tokens, or gets padding. */
export type Side = 'left' | 'right';

/** Tokens `from` (inclusive) to `to` (exclusive) of one sequence. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** What truncation has to keep to. */
export interface TruncationSettings {
  readonly strategy: TruncationStrategy;
  /** Room for tokens of the texts; special tokens are already subtracted. */
  readonly maxTokens: number;
  /** How many tokens neighbouring windows share. */
  readonly stride: number;
  readonly side: Side;
  /** Which text of a pair keeps the odd token when longest_first leaves both the same length. */
  readonly oddTokenTo: 'first' | 'second';
}

/**
 * Windows of each sequence of a text, or pair, that is too long; the first of each is what stays, the others overflow.
 * @param firstLength tokens of the first sequence
 * @param secondLength tokens of the second; `undefined` when there is none
 * @throws TokenizerError `missing-pair`, `sequence-too-short`, `stride-too-large`
 */
export function truncate(
  firstLength: number,
  secondLength: number | undefined,
  settings: TruncationSettings,
): readonly [first: readonly Window[], second: readonly Window[] | undefined] {
  const [first, second] = rooms(firstLength, secondLength, settings);
  return [
    cut(firstLength, first, settings),
    secondLength === undefined ? undefined : cut(secondLength, second, settings),
  ];
}

/** How many tokens of each sequence stay. */
function rooms(
  firstLength: number,
  secondLength: number | undefined,
  settings: TruncationSettings,
): readonly [first: number, second: number] {
  const { maxTokens, strategy } = settings;
  if (maxTokens === 0) return [0, 0];
  if (strategy === 'longest_first') {
    return secondLength === undefined ? [maxTokens, 0] : shareRoom(firstLength, secondLength, settings);
  }
  if (strategy === 'only_second' && secondLength === undefined) {
    throw new TokenizerError(
      'missing-pair',
      'truncation only_second: expected a pair, found one text that is too long. Give a pair, or use longest_first.',
      { strategy, maxTokens, firstLength },
    );
  }
  const second = secondLength ?? 0;
  const excess = firstLength + second - maxTokens;
  const found = strategy === 'only_first' ? firstLength : second;
  if (found <= excess) {
    throw new TokenizerError(
      'sequence-too-short',
      `truncation ${strategy}: expected that sequence to have more than the ${excess} tokens that must go ` +
        `to leave ${maxTokens}, found ${found}. Raise maxLength, or use longest_first.`,
      { strategy, maxTokens, firstLength, secondLength },
    );
  }
  return strategy === 'only_first' ? [firstLength - excess, second] : [firstLength, second - excess];
}

/**
 * How many tokens of each sequence decide which of them stay when nobody asks for the windows cut off: those after can
 * go unread. Infinity where the end of a sequence matters, if only for what an error says.
 */
export function tokensNeeded({ strategy, maxTokens, side }: TruncationSettings, isPair: boolean): number {
  if (side === 'left') return Infinity;
  // Of a pair that is too long, an odd token goes to the longer one, however much longer it is.
  const decided = isPair ? strategy === 'longest_first' && maxTokens % 2 === 0 : strategy !== 'only_second';
  return decided ? maxTokens + 1 : Infinity;
}

/** Room of each sequence under longest_first: the shorter keeps all it can. */
function shareRoom(
  first: number,
  second: number,
  { maxTokens: room, oddTokenTo }: TruncationSettings,
): readonly [number, number] {
  const shorter = Math.min(first, second);
  const longer = shorter > room ? shorter : Math.max(shorter, room - shorter);
  if (shorter + longer <= room) return first > second ? [longer, shorter] : [shorter, longer];
  const half = Math.floor(room / 2);
  return first > second || oddTokenTo === 'first' ? [half + (room % 2), half] : [half, half + (room % 2)];
}

/** Windows of at most `room` tokens over a sequence, each sharing `stride` tokens with the one before. */
function cut(length: number, room: number, { stride, side }: TruncationSettings): readonly Window[] {
  if (room >= length) return [{ from: 0, to: length }];
  if (room === 0) return [0, length].map((to) => ({ from: 0, to }));
  checkStride(stride, room);
  const found: Window[] = [];
  for (let moved = 0, far = 0; far < length; moved += room - stride) {
    far = Math.min(moved + room, length);
    found.push(side === 'right' ? { from: moved, to: far } : { from: length - far, to: length - moved });
  }
  return found;
}

/** @throws TokenizerError `stride-too-large` when windows of `room` tokens would not advance */
export function checkStride(stride: number, room: number): void {
  if (stride < room) return;
  throw new TokenizerError(
    'stride-too-large',
    `stride: expected less than the ${room} tokens that fit, found ${stride}. Lower stride or raise maxLength.`,
    { stride, room },
  );
}
