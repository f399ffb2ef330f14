/**
 * The BERT tokenizer. text -> added tokens -> normalise -> words -> pieces -> truncate -> special tokens -> pad.
 * Same results as transformers' BertTokenizerFast (4.57.6, tokenizers 0.22.2). B batch, T tokens, V vocabulary.
 */
import { loadFidelity } from '#fidelities';

import { resolveAddedTokens } from './tokens/added-tokens.js';
import type { ResolvedAddedToken } from './tokens/added-tokens.js';
import { decodeTokens } from './decoder.js';
import { resolveEncodeOptions } from './encoding/encode-options.js';
import type { EncodeOptions, ResolvedEncodeOptions } from './encoding/encode-options.js';
import { Encoder } from './encoding/encoder.js';
import type { BatchEncoding, Encoding } from './encoding/encoding.js';
import { TokenizerError } from './errors.js';
import { toRowInput } from './encoding/inputs.js';
import type { BatchInput } from './encoding/inputs.js';
import { PATH, makeTextTokenizer } from './fast/make-text-tokenizer.js';
import type { PathOption } from './fast/make-text-tokenizer.js';
import type { TextInput } from './tokens/text-tokenizer.js';
import { normalizerSettings, resolveTokenizerOptions } from './tokenizer-options.js';
import type { BertTokenizerOptions, BertTokenizerSettings } from './tokenizer-options.js';
import { Vocabulary } from './wordpiece/vocabulary.js';

export type { BatchInput, EncodeInput } from './encoding/inputs.js';
export type { TextInput } from './tokens/text-tokenizer.js';

/** Stands for a call without options, which then costs nothing to work out. */
const NO_OPTIONS: EncodeOptions = {};

/** Options of `decode`. */
export interface DecodeOptions {
  /** Leave special tokens (`[CLS]`, `[SEP]`, `[PAD]`, `[UNK]`, `[MASK]`, added special ones) out. Default `false`. */
  readonly skipSpecialTokens?: boolean;
  /** Remove spaces before English punctuation and contractions. Default: the tokenizer's own setting. */
  readonly cleanUpTokenizationSpaces?: boolean;
}

/** Text to token ids and back, for one vocabulary and one set of options. Immutable. */
export class BertTokenizer {
  /** The options in force, defaults filled in. */
  readonly settings: BertTokenizerSettings;
  /** Special tokens and those added, with their ids. */
  readonly addedTokens: readonly ResolvedAddedToken[];
  /** Pieces of the WordPiece model by id, without tokens added after them. */
  readonly vocabulary: readonly string[];
  /** Id of `[UNK]`. */
  readonly unkTokenId: number;
  /** Id of `[CLS]`. */
  readonly clsTokenId: number;
  /** Id of `[SEP]`. */
  readonly sepTokenId: number;
  /** Id of `[PAD]`. */
  readonly padTokenId: number;
  /** Id of `[MASK]`; `undefined` when the vocabulary has none. */
  readonly maskTokenId: number | undefined;
  readonly #vocabulary: Vocabulary;
  readonly #addedById: ReadonlyMap<number, ResolvedAddedToken>;
  readonly #addedByContent: ReadonlyMap<string, ResolvedAddedToken>;
  readonly #encoder: Encoder;
  readonly #defaults: ResolvedEncodeOptions;

  /**
   * @param vocabulary WordPiece tokens; a token's place is its id
   * @throws TokenizerError `empty-vocabulary`, `duplicate-token`, `missing-special-token`, `bad-option`
   */
  constructor(vocabulary: readonly string[], options: BertTokenizerOptions = {}) {
    this.#vocabulary = new Vocabulary(vocabulary, options.continuingSubwordPrefix);
    this.vocabulary = this.#vocabulary.tokens;
    const added = options.addedTokens ?? [];
    const given = new Set(added.map(({ content }) => content));
    const hasToken = (token: string): boolean =>
      this.#vocabulary.idOf(token) !== undefined || given.has(token);
    this.settings = resolveTokenizerOptions(options, hasToken);
    this.#defaults = resolveEncodeOptions(this.settings.encodeDefaults, this.settings);
    const { unkToken, sepToken, padToken, clsToken, maskToken } = this.settings;
    const special = [unkToken, sepToken, padToken, clsToken, ...(maskToken === undefined ? [] : [maskToken])];
    const missing = special.filter((token) => !hasToken(token));
    if (missing.length > 0) throw missingTokens(special, missing);
    this.addedTokens = resolveAddedTokens(
      [
        ...special.filter((content) => !given.has(content)).map((content) => ({ content, special: true })),
        ...added.map((token) => (special.includes(token.content) ? { ...token, special: true } : token)),
      ],
      (token) => this.#vocabulary.idOf(token),
      this.#vocabulary.size,
    );
    this.#addedById = new Map(this.addedTokens.map((token) => [token.id, token]));
    this.#addedByContent = new Map(this.addedTokens.map((token) => [token.content, token]));
    const id = (token: string): number => this.idOf(token) ?? 0;
    this.unkTokenId = id(unkToken);
    this.clsTokenId = id(clsToken);
    this.sepTokenId = id(sepToken);
    this.padTokenId = id(padToken);
    this.maskTokenId = maskToken === undefined ? undefined : id(maskToken);
    const makePath = (options as PathOption)[PATH] ?? makeTextTokenizer;
    this.#encoder = new Encoder(
      makePath(this.#vocabulary, this.unkTokenId, normalizerSettings(this.settings), this.addedTokens),
      {
        cls: { id: this.clsTokenId, token: clsToken },
        sep: { id: this.sepTokenId, token: sepToken },
        pad: { id: this.padTokenId, token: padToken },
      },
    );
  }

  /**
   * Reads a Hugging Face directory: `vocab.txt` (or the vocabulary in `tokenizer.json`), and, where present,
   * `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`.
   * @param directory a folder; in a browser a URL
   * @param overrides options that come before what the files say, e.g. `fidelity`
   * @throws TokenizerError `file-missing`, `not-utf-8`, `bad-file`, `unsupported-section`, `added-token-id`, and those of
   * the constructor
   */
  static async fromPretrained(
    directory: string,
    overrides: BertTokenizerOptions = {},
  ): Promise<BertTokenizer> {
    // Imported when needed: who has a vocabulary at hand does not load what reads and writes files.
    const { loadPretrained } = await import('./files/load-pretrained.js');
    return loadPretrained(directory, overrides, async (vocabulary, options) => {
      await loadFidelity(options.fidelity);
      return new BertTokenizer(vocabulary, options);
    });
  }

  /**
   * Writes `vocab.txt`, `tokenizer_config.json`, `special_tokens_map.json` and `tokenizer.json`, which transformers
   * opens as they are. Each appears under its name only when complete.
   * @param directory made if need be
   * @throws TokenizerError `file-write`
   */
  async savePretrained(directory: string): Promise<void> {
    const { savePretrained } = await import('./files/save-pretrained.js');
    await savePretrained(directory, this);
  }

  /** Number of ids: V pieces and the tokens added after them. The rows a model's word embedding needs. */
  get vocabularySize(): number {
    return this.addedTokens.reduce((size, { id }) => Math.max(size, id + 1), this.#vocabulary.size);
  }

  /** Id of a token, added ones included; `undefined` when there is none. */
  idOf(token: string): number | undefined {
    return this.#addedByContent.get(token)?.id ?? this.#vocabulary.idOf(token);
  }

  /** Token of an id, added ones included; `undefined` when there is none. */
  tokenOf(id: number): string | undefined {
    return this.#addedById.get(id)?.content ?? this.#vocabulary.tokens[id];
  }

  /**
   * One text, or pair, to one row `[T]`. Never throws on account of what a text contains; lone surrogates are
   * dropped. As in transformers, an empty `pair` counts as none here (in a batch it counts as a pair).
   * @throws TokenizerError `bad-option`, `missing-pair`, `sequence-too-short`, `stride-too-large`, `length-not-multiple`
   */
  encode(text: TextInput, options: EncodeOptions & { readonly pair?: TextInput } = NO_OPTIONS): Encoding {
    const { pair } = options;
    // As in transformers, an empty pair is none here.
    return this.#encoder.encode(toRowInput(pair?.length ? { text, pair } : { text }), this.#resolve(options));
  }

  /**
   * Many texts, or pairs, to int32 matrices `[B, T]`. Pads to the longest row unless told otherwise; `maxLength`
   * alone truncates, as in `encode`, though with `padding` given it needs `truncation` too, as in transformers. With
   * `returnOverflowingTokens` every window is a row, and `overflowToSample` says which input it came from.
   * @throws TokenizerError those of `encode`, and `ragged-batch` when rows differ in length
   */
  encodeBatch(inputs: readonly BatchInput[], options: EncodeOptions = {}): BatchEncoding {
    const asked = { ...this.settings.encodeDefaults, ...options };
    const { padding = true, truncation = asked.padding === undefined && asked.maxLength !== undefined } =
      asked;
    const resolved = resolveEncodeOptions({ ...asked, padding, truncation }, this.settings);
    return this.#encoder.encodeBatch(inputs.map(toRowInput), resolved);
  }

  /**
   * Many texts, or pairs, to one row each, without matrices: rows may differ in length, windows stay in `overflowing`.
   * Does not pad unless told to; padding to the longest means the longest of all.
   * @throws TokenizerError those of `encode`
   */
  encodeAll(inputs: readonly BatchInput[], options: EncodeOptions = {}): readonly Encoding[] {
    return this.#encoder.encodeAll(inputs.map(toRowInput), this.#resolve(options));
  }

  /**
   * Ids to text. Ids that stand for nothing are left out, as in the reference.
   * @throws TokenizerError `bad-id` for anything but whole numbers from 0 up
   */
  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    const { skipSpecialTokens = false } = options;
    const tokens: string[] = [];
    for (const id of ids) {
      if (!Number.isSafeInteger(id) || id < 0) {
        throw new TokenizerError(
          'bad-id',
          `decode: expected ids to be whole numbers from 0 up, found ${id}.`,
          { id },
        );
      }
      const token = this.tokenOf(id);
      if (token === undefined) continue;
      if (skipSpecialTokens && this.#addedByContent.get(token)?.special) continue;
      tokens.push(token);
    }
    return decodeTokens(
      tokens,
      options.cleanUpTokenizationSpaces ?? this.settings.cleanUpTokenizationSpaces,
      this.settings,
    );
  }

  #resolve(options: EncodeOptions): ResolvedEncodeOptions {
    if (options === NO_OPTIONS) return this.#defaults;
    return resolveEncodeOptions({ ...this.settings.encodeDefaults, ...options }, this.settings);
  }
}

function missingTokens(expected: readonly string[], missing: readonly string[]): TokenizerError {
  return new TokenizerError(
    'missing-special-token',
    `vocabulary: expected the special tokens ${expected.join(' ')}, found no ${missing.join(' ')}. ` +
      'Add them, or name those it has (unkToken, clsToken, sepToken, padToken, maskToken).',
    { expected, missing },
  );
}
