import type { SequenceTokenizer } from '../tokens/token-sequence.js';
import type { TextInput, TextTokenizer, TokenSequence } from '../tokens/text-tokenizer.js';
import { IdList } from './id-list.js';
import type { Scanner } from './scanner.js';
import { Trace } from './trace.js';

/** The fast path: cuts out the added tokens; what lies between them goes through the scanner. */
export class FastTokenizer implements TextTokenizer {
  readonly #general: SequenceTokenizer;
  readonly #makeScanner: () => Scanner;
  readonly #tokens: readonly string[];
  /** For traces, whose ids are read at once. */
  readonly #ids = new IdList();
  #scanner: Scanner | undefined;

  /**
   * @param tokens pieces by id
   * @param makeScanner called when the first text comes
   */
  constructor(general: SequenceTokenizer, tokens: readonly string[], makeScanner: () => Scanner) {
    this.#general = general;
    this.#makeScanner = makeScanner;
    this.#tokens = tokens;
  }

  appendIds(input: TextInput, limit: number, ids: IdList): void {
    this.#append(input, limit, ids, undefined);
  }

  trace(input: TextInput, count: number): TokenSequence {
    const trace = new Trace(count, typeof input !== 'string');
    this.#ids.clear();
    this.#append(input, count, this.#ids, trace);
    const { ids } = this.#ids;
    const tokens: string[] = [];
    for (let index = 0; index < count; index += 1) {
      tokens.push(trace.addedAt(index) ?? this.#tokens[ids[index]]);
    }
    return { tokens, places: trace.places };
  }

  #append(input: TextInput, limit: number, ids: IdList, trace: Trace | undefined): void {
    this.#scanner ??= this.#makeScanner();
    if (typeof input === 'string') {
      this.#text(this.#scanner, input, limit, ids, trace);
      return;
    }
    for (let word = 0; word < input.length && ids.count < limit; word += 1) {
      if (trace !== undefined) trace.word = word;
      this.#text(this.#scanner, input[word], limit, ids, trace);
    }
  }

  #text(scanner: Scanner, text: string, limit: number, ids: IdList, trace: Trace | undefined): void {
    const { asWritten } = this.#general;
    if (!asWritten.mayOccurIn(text)) {
      scanner.scan(text, 0, text.length, limit, ids, trace);
      return;
    }
    for (const { from, to, id } of asWritten.split(text)) {
      if (ids.count >= limit) return;
      if (id === undefined) {
        scanner.scan(text, from, to, limit, ids, trace);
        continue;
      }
      trace?.markAdded(ids.count, from, to, text.slice(from, to));
      ids.push(id);
    }
  }
}
