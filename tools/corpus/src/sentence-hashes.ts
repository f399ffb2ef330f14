import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

import { words } from './reviews.js';

/** Sentences of a corpus as numbers, to tell on a machine without the corpus that a sentence is not in it. */
export interface SentenceHashes {
  /** sentences of the corpus */
  readonly sentences: number;
  /** hashes of those that are made of words of the vocabulary alone, each once, ascending */
  readonly hashes: Uint32Array;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Sentences of a text by the rules of Unicode, each as its words: no case, no punctuation. */
export function sentencesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => words(segment).join(' ')).filter(Boolean);
}

/** 32 bits of a sentence that `sentencesOf` gave: equal sentences have equal ones, others nearly never. */
export function sentenceHash(sentence: string): number {
  return createHash('sha256').update(sentence).digest().readUInt32LE();
}

/** Words of some texts, and a digest that tells one set of them from another. */
export function vocabularyOf(texts: readonly string[]): { words: ReadonlySet<string>; sha256: string } {
  const all = [...new Set(texts.flatMap(words))].sort();
  return { words: new Set(all), sha256: createHash('sha256').update(all.join('\n')).digest('hex') };
}

/**
 * Hashes the sentences of a corpus that could be among other texts: those with no word that these texts do not have.
 * @param file a paragraph a line
 * @param vocabulary words of the other texts
 */
export async function hashSentences(file: string, vocabulary: ReadonlySet<string>): Promise<SentenceHashes> {
  const hashes = new Set<number>();
  let sentences = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    for (const sentence of sentencesOf(line)) {
      sentences += 1;
      if (sentence.split(' ').every((word) => vocabulary.has(word))) hashes.add(sentenceHash(sentence));
    }
  }
  return { sentences, hashes: Uint32Array.from(hashes).sort() };
}
