/** What goes to a thread and what comes back: few large pieces, typed arrays wherever it can be. */
import type { EncodeOptions } from '../encoding/encode-options.js';
import type { TokenizerErrorCode } from '../errors.js';
import type { RowLimit } from '../encoding/plan-rows.js';
import type { ResolvedAddedToken } from '../tokens/added-tokens.js';
import type { SequenceSettings } from '../tokens/text-tokenizer.js';

/** How each text of a corpus is encoded; as in `EncodeOptions`. */
export type CorpusEncodeOptions = Pick<
  EncodeOptions,
  'addSpecialTokens' | 'truncation' | 'maxLength' | 'stride' | 'returnOverflowingTokens' | 'truncationSide'
>;

/** What a thread needs to know to begin, as data. */
export interface WorkerSetup {
  readonly vocabulary: readonly string[];
  readonly settings: SequenceSettings & { readonly continuingSubwordPrefix: string };
  readonly unknownId: number;
  readonly addedTokens: readonly ResolvedAddedToken[];
  /** Ids that go round every text, if any do. */
  readonly frame: { readonly cls: number; readonly sep: number } | undefined;
  /** How long rows may be. */
  readonly limit: RowLimit;
  /** Whether the windows cut off are rows, too. */
  readonly overflowing: boolean;
}

/** Texts to encode: the lines of some bytes of UTF-8, or `text` cut into texts of the given lengths. */
export type TextChunk =
  | { readonly kind: 'lines'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'texts'; readonly text: string; readonly lengths: Int32Array<ArrayBuffer> };

/** Rows of ids, one after the other. */
export interface EncodedRows {
  readonly kind: 'rows';
  /** Texts in the chunk. */
  readonly texts: number;
  readonly inputIds: Int32Array<ArrayBuffer>;
  /** Where each row begins, and where the last ends. */
  readonly rowStarts: Int32Array<ArrayBuffer>;
  /** For each row, which text of the chunk it is of. */
  readonly overflowToSample: Int32Array<ArrayBuffer>;
}

/** Why a chunk could not be encoded. */
export type ChunkFailure =
  | { readonly kind: 'not-utf-8'; readonly bytes: Uint8Array<ArrayBuffer> }
  | {
      readonly kind: 'failed';
      /** Which text of the chunk. */
      readonly text: number;
      readonly code: TokenizerErrorCode;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

/** What a thread answers to each chunk, in the order in which they came. */
export type ChunkResult = EncodedRows | ChunkFailure;
