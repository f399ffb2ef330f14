/** Options of a call and what they come to. Words, defaults and rules are those of transformers' `__call__`. */
import { TokenizerError } from '../errors.js';
import { FIDELITIES } from '../text/fidelity.js';
import type { Fidelity } from '../text/fidelity.js';
import type { PaddingSettings } from './padding.js';
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

/** @throws TokenizerError `bad-option`, `length-not-multiple`, `stride-too-large` */
export function resolveEncodeOptions(
  options: EncodeOptions,
  defaults: EncodeDefaults,
): ResolvedEncodeOptions {
  checkWhole('maxLength', options.maxLength);
  checkWhole('stride', options.stride);
  checkWhole('padToMultipleOf', options.padToMultipleOf);
  checkOneOf('paddingSide', options.paddingSide, ['left', 'right']);
  checkOneOf('truncationSide', options.truncationSide, ['left', 'right']);
  checkOneOf('offsetUnit', options.offsetUnit, ['utf16', 'codepoint']);
  checkOneOf('padding', options.padding, [true, false, 'longest', 'max_length']);
  checkOneOf('truncation', options.truncation, [true, false, 'longest_first', 'only_first', 'only_second']);

  const { padding = false, truncation, stride = 0, padToMultipleOf } = options;
  const implied = options.maxLength !== undefined && padding === false && truncation === undefined;
  const asked = truncation ?? implied;
  const wanted = asked === true ? 'longest_first' : asked;
  const maxLength = options.maxLength ?? defaults.modelMaxLength;
  const strategy = wanted === false || maxLength === undefined ? undefined : wanted;
  const pads = padding !== false && !(padding === 'max_length' && maxLength === undefined);

  if (
    strategy !== undefined &&
    pads &&
    maxLength !== undefined &&
    padToMultipleOf &&
    maxLength % padToMultipleOf !== 0
  ) {
    throw new TokenizerError(
      'length-not-multiple',
      `padToMultipleOf: with truncation and padding both on, expected a divisor of maxLength ${maxLength}, ` +
        `found ${padToMultipleOf}. Use maxLength ${Math.ceil(maxLength / padToMultipleOf) * padToMultipleOf}.`,
      { maxLength, padToMultipleOf },
    );
  }
  const room = (maxLength ?? 0) - SPECIAL_TOKENS_OF_ONE_TEXT;
  if (strategy !== undefined && room >= 0 && room < stride) {
    throw new TokenizerError(
      'stride-too-large',
      `stride: expected at most maxLength ${maxLength} less ${SPECIAL_TOKENS_OF_ONE_TEXT} special tokens, found ${stride}. ` +
        'Lower stride or raise maxLength.',
      { maxLength, stride },
    );
  }
  return {
    addSpecialTokens: options.addSpecialTokens ?? true,
    padding: pads
      ? {
          length: padding === 'max_length' ? maxLength : undefined,
          multiple: padToMultipleOf,
          side: options.paddingSide ?? defaults.paddingSide,
        }
      : undefined,
    truncation:
      strategy === undefined || maxLength === undefined
        ? undefined
        : {
            strategy,
            maxLength,
            stride,
            side: options.truncationSide ?? defaults.truncationSide,
            oddTokenTo: FIDELITIES[defaults.fidelity].oddTokenTo,
          },
    overflowing: options.returnOverflowingTokens ?? false,
    offsetUnit: options.offsetUnit ?? 'utf16',
  };
}

/** @throws TokenizerError `bad-option` when the value is neither absent nor a whole number from 0 up */
export function checkWhole(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return;
  throw new TokenizerError('bad-option', `${name}: expected a whole number, 0 or more, found ${value}.`, {
    option: name,
    found: value,
  });
}

/** @throws TokenizerError `bad-option` when the value is neither absent nor listed */
export function checkOneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw new TokenizerError(
    'bad-option',
    `${name}: expected one of ${allowed.map((item) => JSON.stringify(item)).join(', ')}, found ${JSON.stringify(value)}.`,
    { option: name, found: value },
  );
}
