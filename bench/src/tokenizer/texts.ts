import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'csv-parse/sync';

import type { Context } from '../benchmark.js';
import { generator } from '../random.js';
import { runOurs } from '../run-ours.js';
import { runSentiment } from '../sentiment.js';

// The official vocabularies and SST-2 are other people's and lie outside the repository.
const SHARED = process.env.BERTUNE_SHARED ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
const OFFICIAL = join(SHARED, 'golden', 'tokenizer', 'vocab', 'bert-base-uncased.txt');
const SST2 = join(SHARED, 'data', 'sst2', 'train.tsv');

const DOCUMENT = 2000;
const DOCUMENTS = 1000;
const SMOKE_TEXTS = 20;

/** Texts to encode in one call. */
export interface Texts {
  /** for rows */
  readonly name: string;
  readonly texts: readonly string[];
  /** the same as a JSON list */
  readonly file: string;
  /** in UTF-8 */
  readonly bytes: number;
}

/** What all sides are given. */
export interface Workplace {
  /** temporary */
  readonly folder: string;
  /** folder with the tokenizer's files */
  readonly tokenizer: string;
  /** the built-in reviews */
  readonly reviews: Texts;
  /** documents made of them, each of 2,000 characters */
  readonly documents: Texts;
  /** sentences of SST-2, where they are at hand */
  readonly sst2: Texts | undefined;
}

/** Writes texts and tokenizer into a folder that lives as long as the work. */
export async function withTexts<Result>(
  { settings: { model, smoke }, say }: Context,
  work: (place: Workplace) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'bertune-bench-'));
  const write = (name: string, texts: readonly string[]): Texts => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.json`);
    writeFileSync(file, JSON.stringify(texts));
    return { name, texts, file, bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) };
  };
  try {
    const sentences = await builtInReviews(folder);
    const reviews = write('reviews', smoke ? sentences.slice(0, SMOKE_TEXTS) : sentences);
    const documents = write('documents', makeDocuments(sentences, smoke ? 2 : DOCUMENTS));
    const sst2 = !smoke && existsSync(SST2) ? write('SST-2', readSst2()) : undefined;
    const tokenizer = join(folder, 'tokenizer');
    const official = existsSync(OFFICIAL) && !smoke;
    if (model === undefined && !official) {
      say('vocabulary: learnt from the built-in reviews; bert-base-uncased is not at hand (../shared)');
    }
    const from = model === undefined ? (official ? OFFICIAL : undefined) : resolve(model);
    await runOurs({ kind: 'make-tokenizer', directory: tokenizer, from, texts: reviews.file });
    return await work({ folder, tokenizer, reviews, documents, sst2 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function builtInReviews(folder: string): Promise<readonly string[]> {
  const data = join(folder, 'data');
  await runSentiment(['data', '--output', data]);
  return ['train', 'valid', 'test'].flatMap((part) =>
    parse<{ text: string }>(readFileSync(join(data, `${part}.csv`)), { columns: true, bom: true }).map(
      ({ text }) => text,
    ),
  );
}

/** Reviews in random order, cut into documents. */
function makeDocuments(sentences: readonly string[], count: number): readonly string[] {
  const random = generator(count);
  return Array.from({ length: count }, () => {
    let text = '';
    while (text.length < DOCUMENT) text += `${sentences[Math.floor(random() * sentences.length)]} `;
    return text.slice(0, DOCUMENT);
  });
}

function readSst2(): readonly string[] {
  const [, ...lines] = readFileSync(SST2, 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.slice(line.indexOf('\t') + 1).trim());
}
