/** How a tokenizer is set up. */
import { fidelityCode } from '#fidelities';

import type { AddedToken } from './tokens/added-tokens.js';
import type { SequenceSettings } from './tokens/text-tokenizer.js';
import { badOption, checkOptions, SIDES, SWITCH } from './check-option.js';
import type { OptionCheck } from './check-option.js';
import type { EncodeOptions } from './encoding/encode-options.js';
import type { Side } from './encoding/truncation.js';
import { FIDELITIES } from './text/fidelity.js';
import type { Fidelity } from './text/fidelity.js';
import { CONTINUATION_PREFIX } from './wordpiece/vocabulary.js';

/** What calls do when they say nothing else; the sections `truncation` and `padding` of `tokenizer.json`. */
export type CallDefaults = Pick<
  EncodeOptions,
  'addSpecialTokens' | 'padding' | 'truncation' | 'maxLength' | 'stride' | 'padToMultipleOf'
>;

/** Options of a `BertTokenizer`. Names in brackets are those of `tokenizer_config.json`. */
export interface BertTokenizerOptions {
  /**
   * Whose results to give where implementations differ: Hugging Face's, those of Google's original release, or those
   * of tensorflow_text, which TF-Hub's preprocessing models use. The README has a table. Default `'huggingface'`.
   */
  readonly fidelity?: Fidelity;
  /** Drop control characters, make white space spaces [`clean_text`]. Default `true`; only `huggingface` can do without. */
  readonly cleanText?: boolean;
  /** Lower-case the text [`do_lower_case`]. Default `true`, as for the uncased models. */
  readonly lowercase?: boolean;
  /** Strip accents [`strip_accents`]. Default (also `null`): as `lowercase`. */
  readonly stripAccents?: boolean | null;
  /** Make every ideograph a word [`tokenize_chinese_chars`]. Default `true`. */
  readonly tokenizeChineseChars?: boolean;
  /**
   * Longer words become the unknown token [`max_input_chars_per_word`]. Default 100 code points after normalisation;
   * `google`: 200; `tensorflow-text`: 100 bytes of UTF-8.
   */
  readonly maxInputCharsPerWord?: number;
  /** What pieces that do not begin their word start with [`continuing_subword_prefix`]. Default `##`. */
  readonly continuingSubwordPrefix?: string;
  /** Stands for words the vocabulary cannot spell [`unk_token`]. Default `[UNK]`. */
  readonly unkToken?: string;
  /** Begins every row [`cls_token`]. Default `[CLS]`. */
  readonly clsToken?: string;
  /** Ends every text [`sep_token`]. Default `[SEP]`. */
  readonly sepToken?: string;
  /** Fills rows up [`pad_token`]. Default `[PAD]`. */
  readonly padToken?: string;
  /** Stands for a hidden token [`mask_token`]; `null`: none. Default `[MASK]` where the vocabulary has it. */
  readonly maskToken?: string | null;
  /** Further tokens that are never cut. Those the vocabulary lacks get the ids after it, in order. */
  readonly addedTokens?: readonly AddedToken[];
  /** Longest row the model takes [`model_max_length`]. Default: none known; `tensorflow-text`: 128. */
  readonly modelMaxLength?: number;
  /** Where padding goes [`padding_side`]. Default `'right'`. */
  readonly paddingSide?: Side;
  /** Where truncation takes tokens away [`truncation_side`]. Default `'right'`. */
  readonly truncationSide?: Side;
  /** What `decode` does when not told [`clean_up_tokenization_spaces`]. Default `true`, as in transformers 4. */
  readonly cleanUpTokenizationSpaces?: boolean;
  /** Whether decoding tidies each token, whatever else it does [`decoder.cleanup` of `tokenizer.json`]. Default `true`. */
  readonly decoderCleanup?: boolean;
  /** What `encode`, `encodeAll` and `encodeBatch` do where a call says nothing. Default: as their options say. */
  readonly encodeDefaults?: CallDefaults;
}

/** The same with every field set. `stripAccents` keeps its `null`, which a saved tokenizer has to repeat. */
export interface BertTokenizerSettings {
  readonly fidelity: Fidelity;
  readonly cleanText: boolean;
  readonly lowercase: boolean;
  readonly stripAccents: boolean | null;
  readonly tokenizeChineseChars: boolean;
  readonly maxInputCharsPerWord: number;
  readonly continuingSubwordPrefix: string;
  readonly unkToken: string;
  readonly clsToken: string;
  readonly sepToken: string;
  readonly padToken: string;
  readonly maskToken: string | undefined;
  readonly modelMaxLength: number | undefined;
  readonly paddingSide: Side;
  readonly truncationSide: Side;
  readonly cleanUpTokenizationSpaces: boolean;
  readonly decoderCleanup: boolean;
  readonly encodeDefaults: CallDefaults;
}

const MASK = '[MASK]';
/** Where neither options nor fidelity say anything. */
const DEFAULTS = {
  cleanText: true,
  lowercase: true,
  stripAccents: null,
  tokenizeChineseChars: true,
  continuingSubwordPrefix: CONTINUATION_PREFIX,
  unkToken: '[UNK]',
  clsToken: '[CLS]',
  sepToken: '[SEP]',
  padToken: '[PAD]',
  maskToken: MASK,
  paddingSide: 'right',
  truncationSide: 'right',
  cleanUpTokenizationSpaces: true,
  decoderCleanup: true,
  encodeDefaults: {},
} as const;

const CHECKS: readonly OptionCheck[] = [
  ['fidelity', Object.keys(FIDELITIES)],
  ['modelMaxLength'],
  ['maxInputCharsPerWord'],
  ['paddingSide', SIDES],
  ['truncationSide', SIDES],
  ['cleanText', SWITCH],
  ['lowercase', SWITCH],
  ['stripAccents', [true, false, null]],
  ['tokenizeChineseChars', SWITCH],
];

/**
 * @param hasToken whether the vocabulary (or the added tokens) has a token
 * @throws TokenizerError `bad-option`
 */
export function resolveTokenizerOptions(
  options: BertTokenizerOptions,
  hasToken: (token: string) => boolean,
): BertTokenizerSettings {
  checkOptions(options, CHECKS);
  const fidelity = options.fidelity ?? 'huggingface';
  const { maxInputCharsPerWord, modelMaxLength } = FIDELITIES[fidelity];
  const defaults = { fidelity, maxInputCharsPerWord, modelMaxLength, ...DEFAULTS };
  const given = options as Readonly<Record<string, unknown>>;
  const settings = Object.fromEntries(
    Object.entries(defaults).map(([option, value]) => [option, given[option] ?? value]),
  ) as unknown as BertTokenizerSettings;
  const { maskToken } = options;
  const resolved = {
    ...settings,
    maskToken:
      maskToken === undefined && !hasToken(MASK)
        ? undefined
        : maskToken === null
          ? undefined
          : settings.maskToken,
    encodeDefaults: { ...settings.encodeDefaults },
  };
  if (fidelity !== 'huggingface') {
    const code = fidelityCode(fidelity);
    if (code === undefined) {
      throw badOption('fidelity', `await loadFidelity('${fidelity}') before, in a browser`, fidelity);
    }
    const { unkToken, clsToken, sepToken, padToken } = resolved;
    const special = [unkToken, clsToken, sepToken, padToken, resolved.maskToken, MASK];
    const furtherToken = options.addedTokens?.find(({ content }) => !special.includes(content))?.content;
    for (const [option, found] of code.refused({ ...normalizerSettings(resolved), furtherToken })) {
      throw badOption(option, `none, which fidelity ${fidelity} does not have (huggingface does)`, found);
    }
  }
  return resolved;
}

/** Settings with nothing left to decide. */
export function normalizerSettings(
  settings: BertTokenizerSettings,
): BertTokenizerSettings & SequenceSettings {
  return { ...settings, stripAccents: settings.stripAccents ?? settings.lowercase };
}
