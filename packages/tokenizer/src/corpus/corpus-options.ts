/** Options of corpora and what they come to. */
import { badOption, checkOptions } from '../check-option.js';
import { resolveEncodeOptions } from '../encoding/encode-options.js';
import { rowLimit } from '../encoding/plan-rows.js';
import type { BertTokenizer } from '../tokenizer.js';
import { normalizerSettings } from '../tokenizer-options.js';
import type { CorpusEncodeOptions, WorkerSetup } from './encoded-chunk.js';

/** Options of `encodeCorpus` and `encodeFile`. */
export interface CorpusOptions extends CorpusEncodeOptions {
  /** Threads that tokenise; 0: none, all in the calling thread. Default: one per processor, 8 at most; in a browser 0. */
  readonly workers?: number;
  /**
   * Text that is handed out at a time: bytes of a file, UTF-16 code units of texts. Default 2^18. Less gives the first
   * results sooner and takes less memory, more costs less handing out. A text that is longer goes as a whole.
   */
  readonly chunkSize?: number;
  /** Ends the iteration with the error `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** The same with nothing left to decide. */
export interface CorpusSettings {
  readonly setup: WorkerSetup;
  readonly workers: number;
  readonly chunkSize: number;
  readonly signal: AbortSignal | undefined;
}

const CHUNK_SIZE = 2 ** 18;
const LARGEST_CHUNK = 2 ** 28;
const MOST_WORKERS = 1024;

/** @throws TokenizerError `bad-option`, `stride-too-large` */
export function resolveCorpusOptions(
  tokenizer: BertTokenizer,
  options: CorpusOptions,
  defaultWorkers: number,
): CorpusSettings {
  const { workers = defaultWorkers, chunkSize = CHUNK_SIZE, signal, ...rest } = options;
  checkOptions({ workers, chunkSize }, [['workers'], ['chunkSize']]);
  if (workers > MOST_WORKERS) throw badOption('workers', `${MOST_WORKERS} at most`, workers);
  if (chunkSize < 1 || chunkSize > LARGEST_CHUNK)
    throw badOption('chunkSize', `1 to ${LARGEST_CHUNK}`, chunkSize);
  const {
    addSpecialTokens,
    truncation,
    maxLength,
    stride,
    returnOverflowingTokens,
    truncationSide,
    ...others
  } = rest;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw badOption(unknown, 'an option of CorpusOptions (rows of a corpus are not padded)', unknown);
  }
  const asked = { addSpecialTokens, truncation, maxLength, stride, returnOverflowingTokens, truncationSide };
  return { setup: setupOf(tokenizer, withoutUndefined(asked)), workers, chunkSize, signal };
}

/** All that it takes to encode in another thread. */
function setupOf(tokenizer: BertTokenizer, options: CorpusEncodeOptions): WorkerSetup {
  const { vocabulary, settings, addedTokens, unkTokenId, clsTokenId, sepTokenId } = tokenizer;
  // A tokenizer may pad where a call says nothing; rows of a corpus are as long as they are.
  const resolved = resolveEncodeOptions({ ...settings.encodeDefaults, ...options, padding: false }, settings);
  return {
    vocabulary,
    settings: normalizerSettings(settings),
    unknownId: unkTokenId,
    addedTokens,
    frame: resolved.addSpecialTokens ? { cls: clsTokenId, sep: sepTokenId } : undefined,
    limit: rowLimit(resolved, false),
    overflowing: resolved.overflowing,
  };
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(object: T): Partial<Defined<T>> {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Defined<T>>;
}
