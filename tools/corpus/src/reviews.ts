import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Words that have to agree for a review inside a longer sentence; shorter reviews count as whole sentences only. */
const WORDS = 4;

/** Words of a text, without case and punctuation. */
export const words = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/** Texts of the built-in reviews that `sentiment train` learns from and is tested on. */
export function builtInReviews(): string[] {
  const require = createRequire(import.meta.url);
  return ['imdb', 'yelp', 'amazon'].flatMap((source) => {
    const path = require.resolve(`sentiment-labelled-sentences/test/fixtures/${source}.json`);
    const entries = JSON.parse(readFileSync(path, 'utf8')) as readonly { readonly text?: unknown }[];
    return entries.flatMap(({ text }) => (typeof text === 'string' ? [text] : []));
  });
}

/**
 * Tells whether a paragraph contains one of the sentences, whatever its case, spacing and punctuation. Sentences of
 * fewer than four words ("Not good.") count only where they stand as a sentence of their own.
 */
export function containsAny(sentences: readonly string[]): (paragraph: string) => boolean {
  const whole = new Set<string>();
  const byStart = new Map<string, string[][]>();
  for (const sentence of sentences) {
    const sequence = words(sentence);
    if (sequence.length < WORDS) whole.add(sequence.join(' '));
    else {
      const start = sequence.slice(0, WORDS).join(' ');
      byStart.set(start, [...(byStart.get(start) ?? []), sequence]);
    }
  }
  whole.delete('');
  return (paragraph) => {
    const sequence = words(paragraph);
    for (let at = 0; at + WORDS <= sequence.length; at++) {
      const candidates = byStart.get(sequence.slice(at, at + WORDS).join(' '));
      if (candidates?.some((candidate) => candidate.every((word, i) => word === sequence[at + i])))
        return true;
    }
    if (whole.has(sequence.join(' '))) return true;
    return paragraph.split(/[.!?]+\s/).some((sentence) => whole.has(words(sentence).join(' ')));
  };
}
