/** How patient downloads are, in milliseconds; tests have less time than people. */
export interface Timing {
  /** first pause before another try; doubles with each */
  readonly pause: number;
  /** longest pause, also of those that a server asks for */
  readonly longestPause: number;
  /** tries in a row that bring nothing */
  readonly tries: number;
  /** silence after which a connection is taken for dead */
  readonly silence: number;
}

/** Patience with people's networks. */
export const TIMING: Timing = { pause: 500, longestPause: 120_000, tries: 5, silence: 60_000 };

/** @throws the signal's reason, when it ends the pause */
export function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
  });
}
