import { emptyBuffer } from './normalized-text.js';
import type { NormalizedText, TextBuffer } from './normalized-text.js';
import { COMBINES, classesOf, combiningRanks } from './character-classes.js';

/** Unicode data that stripping needs. */
export interface AccentTables {
  /** Full canonical decomposition of a code point, itself where it has none. */
  readonly decompose: (codePoint: number) => readonly number[];
  /** Whether it is a nonspacing mark. */
  readonly isMark: (codePoint: number) => boolean;
}

/**
 * Canonical decomposition in canonical order, without the nonspacing marks. The n-th character that begins a
 * decomposition takes the n-th input character as its source, even when sorting moved it: Hugging Face counts
 * along the sorted marks, so offsets agree only if we count the same way.
 */
export function stripAccents(input: NormalizedText, { decompose, isMark }: AccentTables): TextBuffer {
  const output = emptyBuffer();
  let pending: { readonly codePoint: number; readonly first: boolean }[] = [];
  let position = 0;

  const emit = (codePoint: number, first: boolean): void => {
    const source = first ? position++ : position - 1;
    if (isMark(codePoint)) return;
    output.codePoints.push(codePoint);
    output.sources.push(input.sources[Math.max(source, 0)] ?? 0);
  };
  const flush = (): void => {
    // Of marks that all go, the order does not matter.
    if (pending.length > 1 && !pending.every(({ codePoint }) => isMark(codePoint))) {
      const ranks = combiningRanks(pending.map(({ codePoint }) => codePoint));
      const rankOf = ({ codePoint }: { readonly codePoint: number }): number => ranks.get(codePoint) ?? 0;
      pending.sort((a, b) => rankOf(a) - rankOf(b));
    }
    for (const { codePoint, first } of pending) emit(codePoint, first);
    pending = [];
  };

  for (const codePoint of input.codePoints) {
    decompose(codePoint).forEach((part, index) => {
      if (classesOf(part) & COMBINES) {
        pending.push({ codePoint: part, first: index === 0 });
        return;
      }
      if (pending.length > 0) flush();
      emit(part, index === 0);
    });
  }
  flush();
  return output;
}
