import { readFileSync } from 'node:fs';

import { BenchError } from '../errors.js';

const SHOWN = 12;

/** What one side made of all texts. */
export interface Written {
  /** for messages */
  readonly side: string;
  /** int32: per text the number of tokens, their ids and, with offsets, start and end of each */
  readonly file: string;
}

/**
 * Compares every text's ids, and offsets where both sides give them.
 * @throws BenchError `wrong-figures` with the first text that differs
 */
export function checkSameTokens(
  ours: Written,
  peer: Written,
  texts: readonly string[],
  offsets: boolean,
): void {
  const [left, right] = [ours, peer].map(({ file }) => readNumbers(file));
  let at = 0;
  for (const [index, text] of texts.entries()) {
    const length = 1 + left[at] * (offsets ? 3 : 1);
    const end = at + length;
    const different = left.subarray(at, end).findIndex((value, place) => value !== right[at + place]);
    if (different >= 0) {
      const from = Math.max(1, different - SHOWN / 2);
      const show = (numbers: Int32Array): string =>
        `${numbers[at]} tokens, from number ${from - 1} on: ${numbers.subarray(at + from, at + from + SHOWN).join(' ')}`;
      throw new BenchError(
        'wrong-figures',
        `text ${index} is not tokenized alike: ${JSON.stringify(text.slice(0, 500))}\n` +
          `${ours.side}: ${show(left)}\n${peer.side}: ${show(right)}\nTheir times are not compared.`,
      );
    }
    at = end;
  }
  if (left.length !== at || right.length !== at) {
    throw new BenchError(
      'wrong-figures',
      `${ours.side} and ${peer.side} wrote ${left.length} and ${right.length} numbers, expected ${at}.`,
    );
  }
}

function readNumbers(file: string): Int32Array {
  const bytes = readFileSync(file);
  return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
