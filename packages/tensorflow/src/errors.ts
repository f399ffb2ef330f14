/**
 * Base class of everything `@bertune/tensorflow` throws on purpose.
 * Switch on `code`, not on `instanceof`: two copies of the package in one program have two classes.
 */
export class TensorFlowError<Code extends string = string> extends Error {
  override readonly name: string = 'TensorFlowError';

  /**
   * @param code what went wrong, for programs
   * @param message where, what was expected, what was found, what to do
   * @param options.cause the error underneath, when there is one
   */
  constructor(
    readonly code: Code,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
