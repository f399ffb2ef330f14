/** What went wrong, as a word to switch on. Each is explained in the README's table. */
export type TokenizerErrorCode =
  | 'empty-vocabulary'
  | 'duplicate-token'
  | 'missing-special-token'
  | 'added-token-id'
  | 'not-utf-8'
  | 'bad-file'
  | 'unsupported-section'
  | 'line-too-long'
  | 'bad-text'
  | 'worker-failed'
  | 'aborted'
  | 'file-missing'
  | 'file-write'
  | 'bad-option'
  | 'bad-id'
  | 'missing-pair'
  | 'sequence-too-short'
  | 'stride-too-large'
  | 'length-not-multiple'
  | 'ragged-batch';

/**
 * Any failure of this package. The message says where, what was expected, what was found and what to do;
 * `code` is for programs, and works across duplicate copies of the package where `instanceof` does not.
 */
export class TokenizerError extends Error {
  override readonly name = 'TokenizerError';

  /**
   * @param code the kind of failure
   * @param message where, expected, found, what to do
   * @param details the values the message speaks of, by name
   */
  constructor(
    /** The kind of failure. */
    readonly code: TokenizerErrorCode,
    message: string,
    /** The values the message speaks of, by name. */
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
