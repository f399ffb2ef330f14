/** An open file. It is closed when the iteration ends, which has to be begun. */
export interface ByteSource {
  /** Bytes read from disk so far; of a gzipped file, compressed ones. */
  readonly readBytes: () => number;
  /** The text's bytes, in pieces of any length that are the receiver's own. */
  readonly bytes: AsyncIterable<Uint8Array>;
}
