/**
 * WordPiece training as slow and plain as can be, which can be led: it says which tokens are as good as any other at
 * each step. For telling whether another list of merges differs from ours by more than ties.
 */
import { normalize } from '../src/text/normalizer.js';
import { splitWords } from '../src/general/split-words.js';

const SETTINGS = { lowercase: true, stripAccents: true, tokenizeChineseChars: true };

interface Word {
  pieces: string[];
  readonly count: number;
}

export class NaiveTrainer {
  readonly #words: Word[];

  /** @param alphabet characters to keep */
  constructor(texts: readonly string[], alphabet: ReadonlySet<string>) {
    const counts = new Map<string, number>();
    for (const text of texts) {
      const { codePoints } = normalize(text, 0, text.length, SETTINGS);
      splitWords(codePoints, (from, to) => {
        const word = String.fromCodePoint(...codePoints.slice(from, to));
        counts.set(word, (counts.get(word) ?? 0) + 1);
      });
    }
    this.#words = [...counts].map(([word, count]) => ({
      pieces: [...word].flatMap((character, index) =>
        alphabet.has(character) ? [index === 0 ? character : `##${character}`] : [],
      ),
      count,
    }));
  }

  /** The pairs that occur most often, as their tokens, and how often that is. */
  best(): { readonly count: number; readonly pairs: readonly (readonly [string, string])[] } {
    const counts = new Map<string, number>();
    for (const { pieces, count } of this.#words) {
      for (let place = 1; place < pieces.length; place += 1) {
        const pair = `${pieces[place - 1]} ${pieces[place]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + count);
      }
    }
    const count = Math.max(0, ...counts.values());
    return {
      count,
      pairs: [...counts]
        .filter(([, each]) => each === count)
        .map(([pair]) => pair.split(' ') as [string, string]),
    };
  }

  merge([first, second]: readonly [string, string]): void {
    const joined = joinPieces([first, second]);
    for (const word of this.#words) {
      const merged: string[] = [];
      for (let place = 0; place < word.pieces.length; place += 1) {
        if (word.pieces[place] === first && word.pieces[place + 1] === second) {
          merged.push(joined);
          place += 1;
        } else merged.push(word.pieces[place]);
      }
      word.pieces = merged;
    }
  }
}

export function joinPieces([first, second]: readonly [string, string]): string {
  return first + second.slice(2);
}
