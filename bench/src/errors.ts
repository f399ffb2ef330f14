/** What can go wrong: wrong usage, a side that failed, or figures that cannot be right. */
export type BenchErrorCode = 'usage' | 'side-failed' | 'wrong-figures' | 'no-engine';

/** A benchmark that cannot give figures; the message says what to do. */
export class BenchError extends Error {
  override readonly name = 'BenchError';

  constructor(
    readonly code: BenchErrorCode,
    message: string,
  ) {
    super(message);
  }
}
