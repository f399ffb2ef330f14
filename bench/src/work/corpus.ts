import { readFileSync, statSync } from 'node:fs';

import { BertTokenizer, encodeFile, trainVocabularyFromFiles } from '@bertune/tokenizer';

import { ownPeakMemory } from '../process-memory.js';
import { writeCorpus } from './made-corpus.js';
import type {
  EncodeCorpusRequest,
  EncodedCorpus,
  MakeCorpusRequest,
  TrainVocabularyRequest,
  TrainedVocabulary,
} from './tokenizer-requests.js';

/** Every so many-th id goes into the digest. */
const SAMPLED = 8;

/** Writes a corpus. */
export function makeCorpus({ file, bytes, texts }: MakeCorpusRequest): { readonly bytes: number } {
  writeCorpus(file, bytes, JSON.parse(readFileSync(texts, 'utf8')) as readonly string[]);
  return { bytes: statSync(file).size };
}

/** Encodes a file, a row for each line: once, from the call to the last batch, the start of the threads included. */
export async function encodeCorpus(request: EncodeCorpusRequest): Promise<EncodedCorpus> {
  const tokenizer = await BertTokenizer.fromPretrained(request.tokenizer);
  const begin = performance.now();
  let [rows, tokens, digest, at] = [0, 0, 0, 0];
  for await (const batch of encodeFile(tokenizer, request.file, { workers: request.workers })) {
    // Depends on the place of what it sees: order is compared too. Few operations, in the thread that is waited for.
    const { inputIds } = batch;
    for (; at < inputIds.length; at += SAMPLED) {
      digest = (Math.imul(digest, 31) + inputIds[at]) | 0;
    }
    at -= inputIds.length;
    rows += batch.rows;
    tokens += inputIds.length;
  }
  const time = performance.now() - begin;
  return {
    times_ms: [time],
    first_ms: time,
    peak_rss_mb: ownPeakMemory(),
    tokens,
    rows,
    digest,
    engine: '@bertune/tokenizer',
    versions: {},
  };
}

/** Learns a vocabulary from a file. */
export async function trainOnCorpus({ file, size }: TrainVocabularyRequest): Promise<TrainedVocabulary> {
  const begin = performance.now();
  let counted = begin;
  const vocabulary = await trainVocabularyFromFiles(file, {
    size,
    onProgress: ({ phase }) => {
      if (phase === 'counting') counted = performance.now();
    },
  });
  const end = performance.now();
  return {
    times_ms: [end - begin],
    first_ms: end - begin,
    counting_ms: counted - begin,
    pieces: vocabulary.length,
    peak_rss_mb: ownPeakMemory(),
    engine: '@bertune/tokenizer, one thread',
    versions: {},
  };
}
