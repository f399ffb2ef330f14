import { TokenizerError } from '../errors.js';
import type { TextChunk } from './encoded-chunk.js';

/** Texts handed out together at most, so that a chunk of empty ones ends too. */
const MOST_TEXTS = 2 ** 16;

/**
 * Puts texts together to chunks of at least `size` UTF-16 code units. One long string crosses threads at the cost of
 * copying it, many short ones do not.
 * @throws TokenizerError `bad-text`
 */
export async function* textChunks(
  texts: Iterable<string> | AsyncIterable<string>,
  size: number,
): AsyncGenerator<TextChunk, void> {
  const joiner = new TextJoiner(size);
  // Waiting for texts that are there already would cost more than tokenising them.
  if (Symbol.iterator in texts) {
    for (const text of texts) if (joiner.add(text)) yield joiner.take();
  } else {
    for await (const text of texts) if (joiner.add(text)) yield joiner.take();
  }
  if (!joiner.isEmpty) yield joiner.take();
}

class TextJoiner {
  readonly #size: number;
  #texts: string[] = [];
  #units = 0;
  #added = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get isEmpty(): boolean {
    return this.#texts.length === 0;
  }

  /** @returns whether there is enough for a chunk */
  add(text: string): boolean {
    checkText(text, this.#added);
    this.#texts.push(text);
    this.#added += 1;
    this.#units += text.length;
    return this.#units >= this.#size || this.#texts.length >= MOST_TEXTS;
  }

  take(): TextChunk {
    const texts = this.#texts;
    this.#texts = [];
    this.#units = 0;
    return { kind: 'texts', text: texts.join(''), lengths: Int32Array.from(texts, ({ length }) => length) };
  }
}

/** @throws TokenizerError `bad-text` when it is no string */
export function checkText(text: unknown, index: number): asserts text is string {
  if (typeof text === 'string') return;
  throw new TokenizerError('bad-text', `texts: expected strings, found ${typeOf(text)} at index ${index}.`, {
    index,
  });
}

/** @throws TokenizerError `bad-text` for one string, whose characters would pass for texts, and for what holds none */
export function checkTexts(texts: unknown): asserts texts is Iterable<unknown> | AsyncIterable<unknown> {
  if (
    typeof texts === 'object' &&
    texts !== null &&
    (Symbol.iterator in texts || Symbol.asyncIterator in texts)
  ) {
    return;
  }
  throw new TokenizerError(
    'bad-text',
    `texts: expected an iterable of strings, found ${typeOf(texts)}. For one text give a list of one.`,
  );
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
