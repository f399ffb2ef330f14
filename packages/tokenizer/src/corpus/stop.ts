import { TokenizerError } from '../errors.js';

/** A signal to stop, waited for beside other things. */
export class Stop {
  readonly #signal: AbortSignal | undefined;
  #reject: ((error: TokenizerError) => void) | undefined;
  readonly #listener = (): void => this.#reject?.(this.#error());

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    signal?.addEventListener('abort', this.#listener);
  }

  /** @throws TokenizerError `aborted` when the signal has come */
  check(): void {
    if (this.#signal?.aborted) throw this.#error();
  }

  /**
   * The first of some promises. Unlike `Promise.race` with one that never settles it leaves nothing behind.
   * @throws TokenizerError `aborted` when the signal comes first
   */
  race<T>(promises: readonly Promise<T>[]): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#signal?.aborted) {
        reject(this.#error());
        return;
      }
      this.#reject = reject;
      for (const promise of promises) promise.then(resolve, reject);
    });
  }

  /** Lets go of the signal. */
  forget(): void {
    this.#signal?.removeEventListener('abort', this.#listener);
  }

  #error(): TokenizerError {
    return new TokenizerError(
      'aborted',
      'encodeCorpus: ended by the signal.',
      {},
      { cause: this.#signal?.reason },
    );
  }
}
