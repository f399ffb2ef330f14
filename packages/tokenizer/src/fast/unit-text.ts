import { normalize } from '../text/normalizer.js';
import type { NormalizerSettings } from '../text/normalized-text.js';
import { isSurrogate, LONE_SURROGATE } from './character-table.js';

/** A stretch of text, normalised, as a string. */
export interface UnitText {
  /** Lone surrogates are all the same here, so that two of them make no character. */
  readonly units: string;
  /** For each UTF-16 unit, where its original character starts in the whole original text. */
  readonly sources: readonly number[];
}

/** Normalises `text.slice(from, to)`. */
export function unitText(text: string, from: number, to: number, settings: NormalizerSettings): UnitText {
  const { codePoints, sources: starts } = normalize(text, from, to, settings);
  let units = '';
  const sources: number[] = [];
  codePoints.forEach((codePoint, index) => {
    units += isSurrogate(codePoint) ? LONE_SURROGATE : String.fromCodePoint(codePoint);
    while (sources.length < units.length) sources.push(starts[index]);
  });
  return { units, sources };
}

/** Where the character ends that starts at a place. */
export function endOf(text: string, start: number): number {
  return start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
}
