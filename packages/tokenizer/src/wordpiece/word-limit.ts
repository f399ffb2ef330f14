/** Longer words become the unknown token. */
export interface WordLimit {
  /** Default 100, Hugging Face's. */
  readonly maxInputCharsPerWord: number;
  /** What it counts: code points after normalisation, or their bytes in UTF-8. */
  readonly wordLimitUnit: 'codepoint' | 'byte';
}
