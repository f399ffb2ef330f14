/** Options of a call and what they come to. Words, defaults and rules are those of transformers' `__call__`. */
import { checkOptions, SIDES } from '../check-option.js';
import type { OptionCheck } from '../check-option.js';
import { TokenizerError } from '../errors.js';
import { FIDELITIES } from '../text/fidelity.js';
import type { Fidelity } from '../text/fidelity.js';
import type { PaddingSettings } from './padding.js';
import { checkStride } from './truncation.js';
import type { Side, TruncationStrategy } from './truncation.js';

/** Options of `encode` and `encodeBatch`. */
export interface EncodeOptions {
  /** Put `[CLS]` and `[SEP]` round the texts. Default `true`. */
  readonly addSpecialTokens?: boolean;
  /**
   * `true` or `'longest'`: to the longest row; `'max_length'`: to `maxLength` (or the tokenizer's own); `false`: not.
   * Default `false` in `encode`, `true` in `encodeBatch`.
   */
  readonly padding?: boolean | 'longest' | 'max_length';
  /**
   * `true` is `'longest_first'`. Default `false`, but `'longest_first'` when `maxLength` is given and neither
   * `truncation` nor `padding` is.
   */
  readonly truncation?: boolean | TruncationStrategy;
  /** Tokens per row, special tokens included. Default: the tokenizer's `modelMaxLength`; without one, no limit. */
  readonly maxLength?: number;
  /** How many tokens of the text neighbouring windows share. Default 0. */
  readonly stride?: number;
  /** Padded length is rounded up to a multiple of this. */
  readonly padToMultipleOf?: number;
  /** Give the windows that truncation cut off, too. Default `false`. */
  readonly returnOverflowingTokens?: boolean;
  /** Overrides the tokenizer's side. */
  readonly paddingSide?: Side;
  /** Overrides the tokenizer's side. */
  readonly truncationSide?: Side;
  /** Unit of `offsets`: UTF-16 code units (`text.slice`) or code points (Python). Default `'utf16'`. */
  readonly offsetUnit?: 'utf16' | 'codepoint';
}

/** What a tokenizer supplies where the call says nothing. */
export interface EncodeDefaults {
  readonly fidelity: Fidelity;
  readonly modelMaxLength: number | undefined;
  readonly paddingSide: Side;
  readonly truncationSide: Side;
}

/** Options with nothing left to decide. */
export interface ResolvedEncodeOptions {
  readonly addSpecialTokens: boolean;
  readonly padding: PaddingSettings | undefined;
  readonly truncation:
    | {
        readonly strategy: TruncationStrategy;
        readonly maxLength: number;
        readonly stride: number;
        readonly side: Side;
        readonly oddTokenTo: 'first' | 'second';
      }
    | undefined;
  readonly overflowing: boolean;
  readonly offsetUnit: 'utf16' | 'codepoint';
}

/** Special tokens of a single text; Hugging Face checks the stride against it even for pairs. */
const SPECIAL_TOKENS_OF_ONE_TEXT = 2;

const CHECKS: readonly OptionCheck[] = [
  ['maxLength'],
  ['stride'],
  ['padToMultipleOf'],
  ['paddingSide', SIDES],
  ['truncationSide', SIDES],
  ['offsetUnit', ['utf16', 'codepoint']],
  ['padding', [true, false, 'longest', 'max_length']],
  ['truncation', [true, false, 'longest_first', 'only_first', 'only_second']],
];

/** @throws TokenizerError `bad-option`, `length-not-multiple`, `stride-too-large` */
export function resolveEncodeOptions(
  options: EncodeOptions,
  defaults: EncodeDefaults,
): ResolvedEncodeOptions {
  checkOptions(options, CHECKS);
  const { padding = false, truncation, stride = 0, padToMultipleOf: multiple } = options;
  const maxLength = options.maxLength ?? defaults.modelMaxLength;
  const asked = truncation ?? (options.maxLength !== undefined && padding === false);
  const truncates = asked !== false && maxLength !== undefined;
  const pads = padding !== false && (padding !== 'max_length' || maxLength !== undefined);
  if (truncates && pads && multiple && maxLength % multiple !== 0) {
    throw new TokenizerError(
      'length-not-multiple',
      `padToMultipleOf: expected a divisor of maxLength ${maxLength}, found ${multiple}. ` +
        `Use maxLength ${Math.ceil(maxLength / multiple) * multiple}.`,
      { maxLength, padToMultipleOf: multiple },
    );
  }
  if (truncates && maxLength >= SPECIAL_TOKENS_OF_ONE_TEXT) {
    checkStride(stride, maxLength - SPECIAL_TOKENS_OF_ONE_TEXT + 1);
  }
  return {
    addSpecialTokens: options.addSpecialTokens ?? true,
    padding: pads
      ? {
          length: padding === 'max_length' ? maxLength : undefined,
          multiple,
          side: options.paddingSide ?? defaults.paddingSide,
        }
      : undefined,
    truncation: truncates
      ? {
          strategy: asked === true ? 'longest_first' : asked,
          maxLength,
          stride,
          side: options.truncationSide ?? defaults.truncationSide,
          oddTokenTo: FIDELITIES[defaults.fidelity].oddTokenTo,
        }
      : undefined,
    overflowing: options.returnOverflowingTokens ?? false,
    offsetUnit: options.offsetUnit ?? 'utf16',
  };
}
