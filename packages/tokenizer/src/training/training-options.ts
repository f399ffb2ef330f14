/** Options of vocabulary training and what they come to. */
import { checkOptions, SWITCH } from '../check-option.js';
import { TokenizerError } from '../errors.js';
import type { NormalizerSettings } from '../text/normalizer.js';

/** How far training has come. */
export interface TrainingProgress {
  /** Words are counted first, then pieces are merged. */
  readonly phase: 'counting' | 'merging';
  /** Texts counted (of files: bytes read), or tokens that the vocabulary has. */
  readonly done: number;
  /** What `done` will end at: bytes of all files, or `size`; `undefined` for texts, whose number is not known. */
  readonly total: number | undefined;
}

/** Options of `trainVocabulary` and its like; defaults are Hugging Face's. */
export interface TrainVocabularyOptions {
  /** Number of tokens, V. Default 30000. Fewer when merges run out; more when the characters alone are more. */
  readonly size?: number;
  /** A pair seen less often is not merged. Default 2. */
  readonly minFrequency?: number;
  /** Most characters kept; rarer ones become `[UNK]`. Default 1000. */
  readonly limitAlphabet?: number;
  /** Characters kept whether seen or not: strings of one character each. Default none. */
  readonly initialAlphabet?: Iterable<string>;
  /** Tokens that come first, in this order. Default `[PAD] [UNK] [CLS] [SEP] [MASK]`. */
  readonly specialTokens?: readonly string[];
  /** As for the tokenizer that will use the vocabulary. Default `true`. */
  readonly lowercase?: boolean;
  /** As for the tokenizer. Default: as `lowercase`. */
  readonly stripAccents?: boolean | null;
  /** As for the tokenizer. Default `true`. */
  readonly tokenizeChineseChars?: boolean;
  /** Called now and then, and at the end of either phase. What it throws ends the training. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Ends the training. In `trainVocabulary`, which never waits, only `onProgress` can set it off. */
  readonly signal?: AbortSignal | undefined;
}

/** The same with nothing left to decide. */
export interface TrainingSettings {
  readonly size: number;
  readonly minFrequency: number;
  readonly limitAlphabet: number;
  /** Code points. */
  readonly initialAlphabet: readonly number[];
  readonly specialTokens: readonly string[];
  readonly normalizer: NormalizerSettings;
  readonly report: (progress: TrainingProgress) => void;
}

const SPECIAL_TOKENS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** @throws TokenizerError `bad-option`, `aborted` */
export function resolveTrainingOptions(options: TrainVocabularyOptions): TrainingSettings {
  const { size = 30000, minFrequency = 2, limitAlphabet = 1000, lowercase = true } = options;
  checkOptions({ ...options, size, minFrequency, limitAlphabet }, [
    ['size'],
    ['minFrequency'],
    ['limitAlphabet'],
    ['lowercase', SWITCH],
    ['stripAccents', [...SWITCH, null]],
    ['tokenizeChineseChars', SWITCH],
  ]);
  const { specialTokens = SPECIAL_TOKENS, onProgress, signal } = options;
  specialTokens.forEach((token, index) => {
    if (typeof token === 'string' && token !== '' && !/[\r\n]/.test(token)) return;
    throw bad(`specialTokens[${index}]`, 'a line of text', token);
  });
  throwIfAborted(signal);
  return {
    size,
    minFrequency,
    limitAlphabet,
    initialAlphabet: [...(options.initialAlphabet ?? [])].map((character) => {
      const [codePoint, ...more] = [...character].map((one) => one.codePointAt(0) ?? 0);
      if (codePoint === undefined || more.length > 0)
        throw bad('initialAlphabet', 'strings of one character', character);
      return codePoint;
    }),
    specialTokens,
    normalizer: {
      lowercase,
      stripAccents: options.stripAccents ?? lowercase,
      tokenizeChineseChars: options.tokenizeChineseChars ?? true,
    },
    report: (progress) => {
      onProgress?.(progress);
      throwIfAborted(signal);
    },
  };
}

function bad(option: string, expected: string, found: unknown): TokenizerError {
  return new TokenizerError(
    'bad-option',
    `${option}: expected ${expected}, found ${JSON.stringify(found)}.`,
    {
      option,
      found,
    },
  );
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new TokenizerError(
      'aborted',
      'trainVocabulary: ended by the signal.',
      {},
      { cause: signal.reason },
    );
  }
}
