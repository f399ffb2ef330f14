/** How a tokenizer is set up. */
import type { AddedToken } from './tokens/added-tokens.js';
import type { SequenceSettings } from './tokens/text-tokenizer.js';
import { checkOneOf, checkWhole } from './encoding/encode-options.js';
import type { EncodeOptions } from './encoding/encode-options.js';
import type { Side } from './encoding/truncation.js';
import { TokenizerError } from './errors.js';
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

const DEFAULT_MASK = '[MASK]';

/**
 * @param hasToken whether the vocabulary (or the added tokens) has a token
 * @throws TokenizerError `bad-option`
 */
export function resolveTokenizerOptions(
  options: BertTokenizerOptions,
  hasToken: (token: string) => boolean,
): BertTokenizerSettings {
  checkOneOf('fidelity', options.fidelity, Object.keys(FIDELITIES));
  checkWhole('modelMaxLength', options.modelMaxLength);
  checkWhole('maxInputCharsPerWord', options.maxInputCharsPerWord);
  checkOneOf('cleanText', options.cleanText, [true, false]);
  checkOneOf('paddingSide', options.paddingSide, ['left', 'right']);
  checkOneOf('truncationSide', options.truncationSide, ['left', 'right']);
  checkOneOf('lowercase', options.lowercase, [true, false]);
  checkOneOf('stripAccents', options.stripAccents, [true, false, null]);
  checkOneOf('tokenizeChineseChars', options.tokenizeChineseChars, [true, false]);
  const fidelity = options.fidelity ?? 'huggingface';
  checkFidelity(fidelity, options);
  const rules = FIDELITIES[fidelity];
  const defaultMask = hasToken(DEFAULT_MASK) ? DEFAULT_MASK : undefined;
  return {
    fidelity,
    cleanText: options.cleanText ?? true,
    lowercase: options.lowercase ?? true,
    stripAccents: options.stripAccents ?? null,
    tokenizeChineseChars: options.tokenizeChineseChars ?? true,
    maxInputCharsPerWord: options.maxInputCharsPerWord ?? rules.maxInputCharsPerWord,
    continuingSubwordPrefix: options.continuingSubwordPrefix ?? CONTINUATION_PREFIX,
    unkToken: options.unkToken ?? '[UNK]',
    clsToken: options.clsToken ?? '[CLS]',
    sepToken: options.sepToken ?? '[SEP]',
    padToken: options.padToken ?? '[PAD]',
    maskToken: options.maskToken === null ? undefined : (options.maskToken ?? defaultMask),
    modelMaxLength: options.modelMaxLength ?? rules.modelMaxLength,
    paddingSide: options.paddingSide ?? 'right',
    truncationSide: options.truncationSide ?? 'right',
    cleanUpTokenizationSpaces: options.cleanUpTokenizationSpaces ?? true,
    decoderCleanup: options.decoderCleanup ?? true,
    encodeDefaults: { ...options.encodeDefaults },
  };
}

/** Settings with nothing left to decide. */
export function normalizerSettings(settings: BertTokenizerSettings): SequenceSettings {
  return { ...settings, stripAccents: settings.stripAccents ?? settings.lowercase };
}

/**
 * The other implementations have fewer switches than Hugging Face's; one they lack cannot be honoured.
 * @throws TokenizerError `bad-option`
 */
function checkFidelity(fidelity: Fidelity, options: BertTokenizerOptions): void {
  if (fidelity === 'huggingface') return;
  const lowercase = options.lowercase ?? true;
  const strip = options.stripAccents ?? lowercase;
  const refuse = (option: string, found: unknown, instead: string): TokenizerError =>
    new TokenizerError(
      'bad-option',
      `${option}: fidelity ${fidelity} has no such switch, found ${JSON.stringify(found)}. ` +
        `${instead}, or use fidelity huggingface.`,
      { option, found, fidelity },
    );
  if (strip !== lowercase) throw refuse('stripAccents', strip, `Use ${lowercase}`);
  if (options.cleanText === false) throw refuse('cleanText', false, 'Use true');
  if (options.tokenizeChineseChars === false) throw refuse('tokenizeChineseChars', false, 'Use true');
  const named = [options.unkToken, options.clsToken, options.sepToken, options.padToken, options.maskToken];
  const usual = ['[UNK]', '[CLS]', '[SEP]', '[PAD]', '[MASK]'];
  const further = (options.addedTokens ?? []).find(
    ({ content }) => !named.includes(content) && !usual.includes(content),
  );
  if (further !== undefined)
    throw refuse('addedTokens', further.content, 'Leave it out: it would never be found in a text');
}
