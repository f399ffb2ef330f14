import type { Timing } from './requests.js';

/** Writes the files of a tokenizer into a folder, `tokenizer.json` among them. */
export interface MakeTokenizerRequest {
  readonly kind: 'make-tokenizer';
  /** where to */
  readonly directory: string;
  /** a `vocab.txt` or a folder of Hugging Face's; undefined: a vocabulary is learnt from the texts */
  readonly from: string | undefined;
  /** JSON list of texts */
  readonly texts: string;
}

/** Encodes many texts in one call, again and again. */
export interface EncodeTextsRequest {
  readonly kind: 'encode-texts';
  /** folder of the tokenizer */
  readonly tokenizer: string;
  /** JSON list of texts */
  readonly texts: string;
  /** offsets of every token too, not only ids and masks */
  readonly offsets: boolean;
  /** about how long to time */
  readonly seconds: number;
  /** file for the results: int32, per text the number of tokens, their ids and, with `offsets`, start and end in code points */
  readonly write?: string;
}

/** What a text that is made here consists of. */
export type TextKind =
  'prose' | 'one word' | 'accents' | 'combining marks' | 'marks on one letter' | 'ideographs' | 'emoji';

/** Encodes one large text. */
export interface EncodeOneRequest {
  readonly kind: 'encode-one';
  readonly tokenizer: string;
  /** JSON list of texts that prose is made of */
  readonly texts: string;
  readonly text: TextKind;
  /** of the text, in UTF-8 */
  readonly bytes: number;
  readonly seconds: number;
}

/** Of encoding. */
export interface EncodeTiming extends Timing {
  /** tokens of one pass, special ones included */
  readonly tokens: number;
}

/** Writes a corpus. */
export interface MakeCorpusRequest {
  readonly kind: 'make-corpus';
  readonly file: string;
  /** about how large */
  readonly bytes: number;
  /** JSON list of texts whose words it is made of */
  readonly texts: string;
}

/** Encodes the lines of a file, once. */
export interface EncodeCorpusRequest {
  readonly kind: 'encode-corpus';
  readonly tokenizer: string;
  readonly file: string;
  /** worker threads; 0: the calling thread */
  readonly workers: number;
}

/** Of that. */
export interface EncodedCorpus extends EncodeTiming {
  readonly rows: number;
  /** of the ids, in order */
  readonly digest: number;
}

/** Learns a vocabulary from a file, once. */
export interface TrainVocabularyRequest {
  readonly kind: 'train-vocabulary';
  readonly file: string;
  /** pieces wanted */
  readonly size: number;
}

/** Of that. */
export interface TrainedVocabulary extends Timing {
  /** of which reading and counting words; absent where a side does not say */
  readonly counting_ms?: number;
  /** pieces learnt */
  readonly pieces: number;
}

/** Work of the benchmark `tokenizer`. */
export type TokenizerWork =
  | MakeTokenizerRequest
  | EncodeTextsRequest
  | EncodeOneRequest
  | MakeCorpusRequest
  | EncodeCorpusRequest
  | TrainVocabularyRequest;
