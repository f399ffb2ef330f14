/** What becomes of single characters; runs in Node and in browsers. */
import { splitWords } from '../src/general/split-words.js';
import { normalize } from '../src/text/normalizer.js';

const CODE_POINTS = 0x110000;

/** The words of `a{c}b`. */
export function wordsAround(codePoint: number, lowercase: boolean, stripAccents: boolean): string {
  const text = `a${String.fromCodePoint(codePoint)}b`;
  const { codePoints } = normalize(text, 0, text.length, {
    lowercase,
    stripAccents,
    tokenizeChineseChars: true,
  });
  const words: string[] = [];
  splitWords(codePoints, (from, to) => words.push(String.fromCodePoint(...codePoints.slice(from, to))));
  return words.join(' ');
}

/** Digests of these for all code points, `block` of them in each, as tools/reference/tokenizer_code_points.py writes them. */
export async function digestAll(block: number, lowercase: boolean, stripAccents: boolean): Promise<string[]> {
  const digests: string[] = [];
  for (let first = 0; first < CODE_POINTS; first += block) {
    let words = '';
    for (let c = first; c < first + block; c += 1) words += `${wordsAround(c, lowercase, stripAccents)}\n`;
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(words)));
    digests.push(Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  return digests;
}
