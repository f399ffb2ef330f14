import type { Fidelity } from './fidelity.js';

/** Which steps are taken, and by whose rules. */
export interface NormalizerSettings {
  /** Default `huggingface`. */
  readonly fidelity?: Fidelity;
  /** Drop control characters and make white space spaces. Default `true`; only `huggingface` can do without. */
  readonly cleanText?: boolean;
  /** Lower-case. */
  readonly lowercase: boolean;
  /** Decompose canonically and drop nonspacing marks. */
  readonly stripAccents: boolean;
  /** Put spaces round ideographs. */
  readonly tokenizeChineseChars: boolean;
}

/** Normalised text. */
export interface NormalizedText {
  /** Code points, in order. */
  readonly codePoints: readonly number[];
  /** For each, where its original character starts in the whole original text, in UTF-16 code units. */
  readonly sources: readonly number[];
}

/** The same while it is being made. */
export interface TextBuffer extends NormalizedText {
  readonly codePoints: number[];
  readonly sources: number[];
}

/** A step of normalisation, named after what it leaves behind. */
export type NormalizationStage = 'cleaned' | 'accents-stripped' | 'lower-cased' | 'case-folded';

/** What the text was after one step. */
export interface StageResult {
  readonly stage: NormalizationStage;
  readonly normalized: NormalizedText;
}

/** An empty buffer. */
export function emptyBuffer(): TextBuffer {
  return { codePoints: [], sources: [] };
}

/** Code points of `text.slice(from, to)`; a lone surrogate is one. Sources count from the start of `text`. */
export function codePointsOf(text: string, from: number, to: number): TextBuffer {
  const buffer = emptyBuffer();
  let index = from;
  for (const character of text.slice(from, to)) {
    buffer.codePoints.push(character.codePointAt(0) ?? 0);
    buffer.sources.push(index);
    index += character.length;
  }
  return buffer;
}

/** The string of some code points. */
export function stringOf(codePoints: readonly number[]): string {
  let text = '';
  for (const codePoint of codePoints) text += String.fromCodePoint(codePoint);
  return text;
}

/** Every code point replaced by what `expand` gives for it, each with the source of the one it came from. */
export function mapCodePoints(
  input: NormalizedText,
  expand: (codePoint: number, index: number, all: readonly number[]) => number | readonly number[],
): TextBuffer {
  const output = emptyBuffer();
  input.codePoints.forEach((codePoint, index) => {
    const source = input.sources[index] ?? 0;
    const expansion = expand(codePoint, index, input.codePoints);
    for (const part of typeof expansion === 'number' ? [expansion] : expansion) {
      output.codePoints.push(part);
      output.sources.push(source);
    }
  });
  return output;
}
