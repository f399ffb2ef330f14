import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { sentenceKey, split } from './split.js';

/** What has to be said wherever the data goes. */
export const builtInCitation =
  'Sentiment Labelled Sentences (IMDb, Yelp, Amazon), CC BY 4.0; Kotzias et al., "From Group to Individual Labels using Deep Features", KDD 2015; UCI Machine Learning Repository';

/** One sentence of a review. */
export interface Review {
  /** The sentence, its white space tidied. */
  readonly text: string;
  /** What its writer thought. */
  readonly label: 'negative' | 'positive';
  /** Where it was written. */
  readonly source: 'imdb' | 'yelp' | 'amazon';
}

/** The cleaned set in its three parts, and what the cleaning left out. */
export interface BuiltInReviews {
  /** 80 %. */
  readonly train: readonly Review[];
  /** 10 %. */
  readonly valid: readonly Review[];
  /** 10 %. */
  readonly test: readonly Review[];
  /** Entries without text or label. */
  readonly junk: number;
  /** Sentences that had been there before, whatever their case and spacing. */
  readonly duplicates: number;
  /** Sentences found with both labels, all copies left out. */
  readonly conflicts: number;
}

/** The split is part of the data set: it does not move with `--seed`, so that results compare. */
const splitSeed = 20150810;

/** An entry of the npm package's files. */
export interface RawReview {
  /** The sentence. */
  readonly text?: unknown;
  /** 0 negative, 1 positive, anything else junk. */
  readonly class?: unknown;
}

/** Control characters (the IMDb part has stray ones of Windows-1252) and runs of white space become one space. */
function tidy(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}

/** Cleans the raw entries of the three sources; of equal sentences the first stays. */
export function cleanReviews(raw: Readonly<Record<Review['source'], readonly RawReview[]>>): {
  readonly reviews: readonly Review[];
  readonly junk: number;
  readonly duplicates: number;
  readonly conflicts: number;
} {
  const byKey = new Map<string, Review>();
  const conflicting = new Set<string>();
  let junk = 0;
  let duplicates = 0;
  for (const source of ['imdb', 'yelp', 'amazon'] as const) {
    for (const { text, class: target } of raw[source]) {
      const tidied = typeof text === 'string' ? tidy(text) : '';
      if (tidied === '' || (target !== 0 && target !== 1)) {
        junk++;
        continue;
      }
      const review: Review = { text: tidied, label: target === 1 ? 'positive' : 'negative', source };
      const key = sentenceKey(tidied);
      const earlier = byKey.get(key);
      if (earlier === undefined) byKey.set(key, review);
      else if (earlier.label === review.label) duplicates++;
      else conflicting.add(key);
    }
  }
  for (const key of conflicting) byKey.delete(key);
  return { reviews: [...byKey.values()], junk, duplicates, conflicts: conflicting.size };
}

/** Splits cleaned reviews 80/10/10, alike in source and label. */
function splitReviews(reviews: readonly Review[]): Pick<BuiltInReviews, 'train' | 'valid' | 'test'> {
  const [train = [], valid = [], test = []] = split(reviews, {
    shares: [0.1, 0.1],
    seed: splitSeed,
    stratum: ({ source, label }) => `${source} ${label}`,
    key: ({ text }) => sentenceKey(text),
  });
  return { train, valid, test };
}

/** Reads, cleans and splits the reviews inside the npm package `sentiment` 5.0.2. */
export function builtInReviews(): BuiltInReviews {
  const require = createRequire(import.meta.url);
  const read = (source: Review['source']): readonly RawReview[] =>
    JSON.parse(
      readFileSync(require.resolve(`sentiment-labelled-sentences/test/fixtures/${source}.json`), 'utf8'),
    ) as readonly RawReview[];
  const { reviews, ...counts } = cleanReviews({
    imdb: read('imdb'),
    yelp: read('yelp'),
    amazon: read('amazon'),
  });
  return { ...splitReviews(reviews), ...counts };
}
