/** How a tokenizer is set up. */
import type { AddedToken } from './tokens/added-tokens.js';
import { checkOneOf, checkWhole } from './encoding/encode-options.js';
import type { Side } from './encoding/truncation.js';

/** Options of a `BertTokenizer`. Names in brackets are those of `tokenizer_config.json`. */
export interface BertTokenizerOptions {
  /** Lower-case the text [`do_lower_case`]. Default `true`, as for the uncased models. */
  readonly lowercase?: boolean;
  /** Strip accents [`strip_accents`]. Default (also `null`): as `lowercase`. */
  readonly stripAccents?: boolean | null;
  /** Make every ideograph a word [`tokenize_chinese_chars`]. Default `true`. */
  readonly tokenizeChineseChars?: boolean;
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
  /** Longest row the model takes [`model_max_length`]. Default: none known. */
  readonly modelMaxLength?: number;
  /** Where padding goes [`padding_side`]. Default `'right'`. */
  readonly paddingSide?: Side;
  /** Where truncation takes tokens away [`truncation_side`]. Default `'right'`. */
  readonly truncationSide?: Side;
  /** What `decode` does when not told [`clean_up_tokenization_spaces`]. Default `true`, as in transformers 4. */
  readonly cleanUpTokenizationSpaces?: boolean;
}

/** The same with every field set. `stripAccents` keeps its `null`, which a saved tokenizer has to repeat. */
export interface BertTokenizerSettings {
  readonly lowercase: boolean;
  readonly stripAccents: boolean | null;
  readonly tokenizeChineseChars: boolean;
  readonly unkToken: string;
  readonly clsToken: string;
  readonly sepToken: string;
  readonly padToken: string;
  readonly maskToken: string | undefined;
  readonly modelMaxLength: number | undefined;
  readonly paddingSide: Side;
  readonly truncationSide: Side;
  readonly cleanUpTokenizationSpaces: boolean;
}

const DEFAULT_MASK = '[MASK]';

/**
 * @param hasToken whether the vocabulary (or the added tokens) has a token
 * @throws TokenizerError `bad-option`
 */
export function resolveTokenizerOptions(
  options: BertTokenizerOptions,
  hasToken: (token: string) => boolean,
): BertTokenizerSettings {
  checkWhole('modelMaxLength', options.modelMaxLength);
  checkOneOf('paddingSide', options.paddingSide, ['left', 'right']);
  checkOneOf('truncationSide', options.truncationSide, ['left', 'right']);
  checkOneOf('lowercase', options.lowercase, [true, false]);
  checkOneOf('stripAccents', options.stripAccents, [true, false, null]);
  checkOneOf('tokenizeChineseChars', options.tokenizeChineseChars, [true, false]);
  const defaultMask = hasToken(DEFAULT_MASK) ? DEFAULT_MASK : undefined;
  return {
    lowercase: options.lowercase ?? true,
    stripAccents: options.stripAccents ?? null,
    tokenizeChineseChars: options.tokenizeChineseChars ?? true,
    unkToken: options.unkToken ?? '[UNK]',
    clsToken: options.clsToken ?? '[CLS]',
    sepToken: options.sepToken ?? '[SEP]',
    padToken: options.padToken ?? '[PAD]',
    maskToken: options.maskToken === null ? undefined : (options.maskToken ?? defaultMask),
    modelMaxLength: options.modelMaxLength,
    paddingSide: options.paddingSide ?? 'right',
    truncationSide: options.truncationSide ?? 'right',
    cleanUpTokenizationSpaces: options.cleanUpTokenizationSpaces ?? true,
  };
}
