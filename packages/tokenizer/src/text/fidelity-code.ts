import type { AccentTables } from './strip-accents.js';
import type { NormalizationStage, NormalizerSettings } from './normalized-text.js';

/** A step of normalisation: what each code point becomes among the others, or tables to strip accents by. */
export type NormalizationStep = readonly [
  stage: NormalizationStage | undefined,
  step:
    ((codePoint: number, index: number, all: readonly number[]) => number | readonly number[]) | AccentTables,
];

/** Settings that not every fidelity can honour. */
export interface FidelitySettings extends NormalizerSettings {
  /** An added token that is none of the special ones, if there is one. */
  readonly furtherToken: string | undefined;
}

/** The code of a fidelity: its rules for characters. */
export interface FidelityCode {
  /** The steps of normalisation; those without a name are not shown to anybody. */
  steps(settings: NormalizerSettings): readonly NormalizationStep[];
  /** Whether a normalised code point other than white space is a word of its own. */
  isWord(codePoint: number): boolean;
  /** Settings that it has no switch for, unless they are as it does anyway. */
  refused(settings: FidelitySettings): readonly (readonly [option: string, found: unknown])[];
}
