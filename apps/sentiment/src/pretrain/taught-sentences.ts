import type { TaughtSentence } from '@bertune/train';

import { AppError } from '../errors.js';
import type { Taught } from './pretrain-data.js';
import type { Corpus } from './read-documents.js';
import {
  keepEmbeddings,
  keptEmbeddings,
  teach,
  type Teacher,
  teachingHash,
  type TeachingJob,
} from './teacher.js';

/** Documents of a corpus, as ids and as text. */
export type Split = Pick<Corpus, 'documents' | 'texts'>;

/** `[CLS] … [SEP]`. */
const SPECIAL_TOKENS = 2;

/** Fewer tokens say nothing that could be told apart. */
const LEAST_TOKENS = 2;

/** What sentences are taken from, and where their embeddings are kept. */
export interface TaughtJob extends TeachingJob {
  readonly train: Split;
  readonly valid: Split;
  /** Tokens of a text at most, special ones included. */
  readonly maxLength: number;
  /** Folder of the run. */
  readonly run: string;
}

/**
 * Sentences of a corpus with a teacher's embeddings; those that are longer than a text, or of a single token, are left
 * out. A run that is resumed takes the embeddings that it has kept.
 * @throws AppError `too-few-examples`, `interrupted`
 */
export async function taughtSentences(teacher: Teacher, job: TaughtJob): Promise<Taught> {
  const { train, valid, maxLength, run, sink } = job;
  const texts: string[] = [];
  let passedOver = 0;
  const take = ({ documents, texts: sentences }: Split, name: string): TaughtSentence[] => {
    const taken: TaughtSentence[] = [];
    for (const [at, document] of documents.entries()) {
      for (const [place, ids] of document.entries()) {
        if (ids.length < LEAST_TOKENS || ids.length > maxLength - SPECIAL_TOKENS) {
          passedOver += 1;
          continue;
        }
        taken.push({ ids, row: texts.length });
        texts.push(sentences[at][place]);
      }
    }
    if (taken.length === 0) throw noSentences(name, maxLength);
    return taken;
  };
  const sentences = { train: take(train, 'training text'), valid: take(valid, 'validation text') };
  sink.write(
    `teacher: ${texts.length} sentences; ${passedOver} of one token, or more than --max-length ${maxLength}, left out\n`,
  );
  const hash = teachingHash(teacher, texts);
  const kept = await keptEmbeddings(run, hash);
  if (kept) return { ...sentences, embeddings: kept };
  const embeddings = await teach(teacher, texts, job);
  await keepEmbeddings(run, embeddings, hash);
  return { ...sentences, embeddings };
}

function noSentences(where: string, maxLength: number): AppError {
  return new AppError('too-few-examples', {
    where: `--teacher, ${where}`,
    expected: `sentences of ${LEAST_TOKENS} to ${maxLength - SPECIAL_TOKENS} tokens`,
    found: 'none',
    remedy: 'Give more text, or raise --max-length.',
  });
}
