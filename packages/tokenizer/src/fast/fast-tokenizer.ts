import type { AddedTokenFinders } from '../tokens/find-added-tokens.js';
import { IdList } from '../tokens/id-list.js';
import type { SequenceSettings, TextInput, TextTokenizer } from '../tokens/text-tokenizer.js';
import type { Scanner } from './scanner.js';
import { Trace } from './trace.js';
import { unitText } from './unit-text.js';

/** Printable ASCII, of which normalisation changes nothing but capitals. */
const OTHER_THAN_ASCII = /[^ -~]+/g;
const CAPITALS = /[A-Z]+/g;

/** The fast path: cuts out the added tokens; what lies between them goes through the scanner. */
export class FastTokenizer implements TextTokenizer {
  readonly #added: AddedTokenFinders;
  readonly #settings: SequenceSettings;
  readonly #makeScanner: () => Scanner;
  readonly #tokens: readonly string[];
  /** For traces, whose ids are read at once. */
  readonly #ids = new IdList();
  #scanner: Scanner | undefined;

  /**
   * @param tokens pieces by id
   * @param makeScanner called when the first text comes
   */
  constructor(
    added: AddedTokenFinders,
    settings: SequenceSettings,
    tokens: readonly string[],
    makeScanner: () => Scanner,
  ) {
    this.#added = added;
    this.#settings = settings;
    this.#makeScanner = makeScanner;
    this.#tokens = tokens;
  }

  appendIds(input: TextInput, limit: number, ids: IdList): void {
    this.#append(input, limit, ids, undefined);
  }

  tokens(input: TextInput, count: number): readonly string[] {
    const trace = this.#traced(input, count);
    const { ids } = this.#ids;
    return Array.from({ length: count }, (_, index) => trace.addedAt(index) ?? this.#tokens[ids[index]]);
  }

  places(input: TextInput, count: number): Int32Array {
    return this.#traced(input, count).places;
  }

  #traced(input: TextInput, count: number): Trace {
    const trace = new Trace(count, typeof input !== 'string');
    this.#ids.clear();
    this.#append(input, count, this.#ids, trace);
    return trace;
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
    const { asWritten } = this.#added;
    if (!asWritten.mayOccurIn(text)) {
      this.#between(scanner, text, 0, text.length, limit, ids, trace);
      return;
    }
    for (const { from, to, id } of asWritten.split(text)) {
      if (ids.count >= limit) return;
      if (id === undefined) {
        this.#between(scanner, text, from, to, limit, ids, trace);
        continue;
      }
      trace?.markAdded(ids.count, from, to, text.slice(from, to));
      ids.push(id);
    }
  }

  /** What holds no added tokens as they are written, but may hold some once it is normalised. */
  #between(
    scanner: Scanner,
    text: string,
    from: number,
    to: number,
    limit: number,
    ids: IdList,
    trace: Trace | undefined,
  ): void {
    const { normalized: added } = this.#added;
    if (
      added.isEmpty ||
      added.split(this.#normalized(text.slice(from, to))).every(({ id }) => id === undefined)
    ) {
      scanner.scan(text, from, to, limit, ids, trace);
      return;
    }
    const normalized = unitText(text, from, to, this.#settings);
    for (const segment of added.split(normalized.units)) {
      if (ids.count >= limit) return;
      if (segment.id === undefined) {
        scanner.scanNormalized(text, normalized, segment.from, segment.to, limit, ids, trace);
        continue;
      }
      trace?.markAdded(ids.count, segment.from, segment.to, normalized.units.slice(segment.from, segment.to));
      trace?.translate(ids.count, ids.count + 1, text, normalized);
      ids.push(segment.id);
    }
  }

  /** The same as a string, without sources, and faster for what is mostly ASCII. */
  #normalized(text: string): string {
    const lower = this.#settings.lowercase ? text.replace(CAPITALS, (part) => part.toLowerCase()) : text;
    return lower.replace(OTHER_THAN_ASCII, (part) => unitText(part, 0, part.length, this.#settings).units);
  }
}
