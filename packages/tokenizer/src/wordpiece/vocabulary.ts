import { TokenizerError } from '../errors.js';

/** What a piece that does not begin its word starts with, unless told otherwise. */
export const CONTINUATION_PREFIX = '##';

/** The pieces of a WordPiece model and their ids (their positions in the list), V of them. */
export class Vocabulary {
  /** Pieces by id. */
  readonly tokens: readonly string[];
  /** What a piece that does not begin its word starts with. */
  readonly continuationPrefix: string;
  readonly #ids = new Map<string, number>();

  /**
   * @param tokens pieces in the order of their ids
   * @param continuationPrefix what a piece that does not begin its word starts with
   * @throws TokenizerError `empty-vocabulary`, `duplicate-token`
   */
  constructor(tokens: readonly string[], continuationPrefix: string = CONTINUATION_PREFIX) {
    this.continuationPrefix = continuationPrefix;
    if (tokens.length === 0) {
      throw new TokenizerError('empty-vocabulary', 'vocabulary: expected one token per line, found none.');
    }
    tokens.forEach((token, id) => {
      const earlier = this.#ids.get(token);
      if (earlier !== undefined) {
        throw new TokenizerError(
          'duplicate-token',
          `vocabulary: expected every token once, found ${JSON.stringify(token)} with the ids ${earlier} and ${id} ` +
            `(line ${id + 1}). Replace one of them, e.g. by [unused${id}].`,
          { token, ids: [earlier, id] },
        );
      }
      this.#ids.set(token, id);
    });
    this.tokens = [...tokens];
  }

  /** Number of pieces, V. */
  get size(): number {
    return this.tokens.length;
  }

  /** Id of a token as written, prefix and all; `undefined` when there is none. */
  idOf(token: string): number | undefined {
    return this.#ids.get(token);
  }
}
