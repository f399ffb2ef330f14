/**
 * Texts -> how often each word occurs, after normalisation. Goes straight over UTF-16 units; what becomes of a
 * character by itself is looked up, and only characters that depend on their neighbours go through the normaliser.
 */
import { CharacterTable, DEPENDS, DROPS, ENDS, PARTS } from '../fast/character-table.js';
import { mixHash } from '../fast/unit-map.js';
import { PUNCT, SPACE, classesOf } from '../text/character-classes.js';
import { normalize } from '../text/normalizer.js';
import type { NormalizerSettings } from '../text/normalizer.js';
import { WordCounts, enlarge } from './word-counts.js';

/** Counts the words of texts given one after the other; a word never reaches over the end of a text. */
export class WordCounter {
  readonly counts = new WordCounts();
  readonly #settings: NormalizerSettings;
  readonly #table: CharacterTable;
  /** The word at hand: its units, how many they are, and their hash. */
  #word = new Uint16Array(256);
  #length = 0;
  #hash = 0;

  constructor(settings: NormalizerSettings) {
    this.#settings = settings;
    this.#table = new CharacterTable(
      // The limit on words does not matter here: as in the reference, the longest are counted too.
      { ...settings, fidelity: 'huggingface', maxInputCharsPerWord: Infinity },
      (codePoint) => this.counts.numberOf(String.fromCodePoint(codePoint)),
    );
  }

  add(text: string): void {
    const { actions } = this.#table;
    // Kept in locals: this loop is all the time that counting takes.
    let word = this.#word;
    let length = 0;
    let hash = 0;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      const action = actions[unit];
      if (action > 0) {
        if (length === word.length) this.#word = word = enlarge(word, length + 1);
        word[length] = action;
        length += 1;
        hash = mixHash(hash, action);
      } else if (action === ENDS) {
        if (length > 0) this.counts.add(word, length, hash);
        length = 0;
        hash = 0;
      } else {
        this.#length = length;
        this.#hash = hash;
        index = this.#special(text, index) - 1;
        ({ length, hash } = this.#state());
        word = this.#word;
      }
    }
    this.#length = length;
    this.#hash = hash;
    this.#end();
  }

  #state(): { readonly length: number; readonly hash: number } {
    return { length: this.#length, hash: this.#hash };
  }

  /** Takes the character at `index`, and its neighbours if it depends on them. @returns where to go on */
  #special(text: string, index: number): number {
    const codePoint = text.codePointAt(index) ?? 0;
    const next = index + (codePoint > 0xffff ? 2 : 1);
    const action = this.#table.actionOf(codePoint);
    if (action > 0) this.#push(action);
    else if (action === ENDS) this.#end();
    else if (action === DEPENDS) return this.#dependent(text, index);
    else if (action !== DROPS) {
      const value = -action >> 2;
      if ((-action & 3) === PARTS) {
        const { parts } = this.#table;
        for (let place = value + 1; place <= value + parts[value]; place += 1) this.#push(parts[place]);
      } else {
        this.#end();
        this.counts.addAgain(value - 1);
      }
    }
    return next;
  }

  /**
   * Only marks change places, and only with marks beside them. All but those that depend on their neighbours are
   * dropped, so a run of such and of dropped ones is what the normaliser has to see.
   */
  #dependent(text: string, from: number): number {
    let to = from;
    while (to < text.length) {
      const codePoint = text.codePointAt(to) ?? 0;
      const action = this.#table.actionOf(codePoint);
      if (action !== DEPENDS && action !== DROPS) break;
      to += codePoint > 0xffff ? 2 : 1;
    }
    for (const codePoint of normalize(text, from, to, this.#settings).codePoints) {
      const character = String.fromCodePoint(codePoint);
      if (classesOf(codePoint) & (SPACE | PUNCT)) {
        this.#end();
        if (classesOf(codePoint) & PUNCT) this.counts.addAgain(this.counts.numberOf(character));
      } else {
        for (let unit = 0; unit < character.length; unit += 1) this.#push(character.charCodeAt(unit));
      }
    }
    return to;
  }

  #push(unit: number): void {
    if (this.#length === this.#word.length) this.#word = enlarge(this.#word, this.#length + 1);
    this.#word[this.#length] = unit;
    this.#length += 1;
    this.#hash = mixHash(this.#hash, unit);
  }

  #end(): void {
    if (this.#length > 0) this.counts.add(this.#word, this.#length, this.#hash);
    this.#length = 0;
    this.#hash = 0;
  }
}
