/**
 * - `no-pooler`: the encoder has no pooled output, which the head reads
 * - `invalid-inputs`: tokens of the wrong shape
 * - `invalid-labels`: labels of the wrong shape or type, outside the classes, or outside their text
 * - `invalid-options`: options that contradict each other or the task
 * - `wrong-task`: a saved model of another kind
 */
export type HeadErrorCode =
  'no-pooler' | 'invalid-inputs' | 'invalid-labels' | 'invalid-options' | 'wrong-task';

/**
 * Everything `@bertune/heads` throws on purpose. Switch on `code`, not on `instanceof`: two copies of the package in
 * one program have two classes.
 */
export class HeadError extends Error {
  override readonly name = 'HeadError';

  /**
   * @param code what went wrong, for programs
   * @param message where, what was expected, what was found, what to do
   */
  constructor(
    readonly code: HeadErrorCode,
    message: string,
  ) {
    super(message);
  }
}
