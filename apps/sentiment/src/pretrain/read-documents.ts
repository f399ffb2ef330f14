import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import type { BertTokenizer } from '@bertune/tokenizer';
import type { TokenizedDocument } from '@bertune/train';

import { AppError } from '../errors.js';

/** What was read, and what was passed over. */
export interface CorpusCounts {
  documents: number;
  sentences: number;
  tokens: number;
  /** tokens that the vocabulary has no pieces for */
  unknownTokens: number;
  /** lines with bytes that are no text: NUL, or not UTF-8 */
  binaryLines: number;
  /** lines of more than `LONGEST_LINE` bytes */
  longLines: number;
}

/** A corpus as sentences of token ids. */
export interface Corpus {
  readonly documents: TokenizedDocument[];
  /** The sentences themselves, as many of each document; none where they were not asked for. */
  readonly texts: string[][];
  readonly counts: CorpusCounts;
}

/** A paragraph of more bytes is no prose, and cutting it into sentences would take memory without bound. */
const LONGEST_LINE = 2 ** 20;

const NEWLINE = 0x0a;

/** Lines of a file, as bytes; of one that is too long only its first `LONGEST_LINE` + 1 bytes. */
async function* lines(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  // `pipeline` hands errors of the file on to who reads what was unpacked, which `pipe` does not.
  const unzip = path.endsWith('.gz') ? createGunzip() : undefined;
  if (unzip) pipeline(file, unzip, () => undefined);
  const source: AsyncIterable<Buffer> = unzip ?? file;
  let parts: Buffer[] = [];
  let size = 0;
  const keep = (part: Buffer): void => {
    if (size <= LONGEST_LINE) parts.push(part.subarray(0, LONGEST_LINE + 1 - size));
    size += part.length;
  };
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, end));
      yield Buffer.concat(parts);
      parts = [];
      size = 0;
      from = end + 1;
    }
    keep(Buffer.from(chunk.subarray(from)));
  }
  if (size > 0) yield Buffer.concat(parts);
}

/** Text of a line, or undefined where its bytes are none. */
function textOf(line: Buffer): string | undefined {
  if (line.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(line).trim();
  } catch {
    return undefined;
  }
}

/** Paragraphs of a corpus by documents, and what was passed over. */
export async function* readParagraphs(
  path: string,
  counts: Pick<CorpusCounts, 'binaryLines' | 'longLines'>,
): AsyncGenerator<string[]> {
  let document: string[] = [];
  for await (const line of lines(path)) {
    if (line.length > LONGEST_LINE) {
      counts.longLines += 1;
      continue;
    }
    const text = textOf(line);
    if (text === undefined) counts.binaryLines += 1;
    else if (text !== '') document.push(text);
    else if (document.length > 0) {
      yield document;
      document = [];
    }
  }
  if (document.length > 0) yield document;
}

/**
 * Paragraphs of a corpus, one after the other: what a vocabulary is learnt from is what is trained on.
 * @throws AppError `missing-file`, `broken-gzip`, `empty-file`
 */
export async function* readTexts(path: string, named: string): AsyncGenerator<string> {
  const counts = { binaryLines: 0, longLines: 0 };
  let paragraphs = 0;
  for await (const document of readParagraphs(path, counts)) {
    paragraphs += document.length;
    yield* document;
  }
  if (paragraphs === 0) throw nothingToRead(named, counts);
}

/**
 * Reads a corpus: documents apart by empty lines, paragraphs cut into sentences by the rules of Unicode (`Intl.Segmenter`)
 * and these into tokens. Lines that are no text or longer than a megabyte are passed over and counted.
 * @param named how messages name the file: `--corpus text.txt`
 * @param options.keepTexts whether the sentences themselves are wanted too
 * @throws AppError `missing-file`, `broken-gzip`, `empty-file`
 */
export async function readCorpus(
  path: string,
  named: string,
  tokenizer: BertTokenizer,
  { keepTexts }: { readonly keepTexts: boolean },
): Promise<Corpus> {
  const counts: CorpusCounts = {
    documents: 0,
    sentences: 0,
    tokens: 0,
    unknownTokens: 0,
    binaryLines: 0,
    longLines: 0,
  };
  const documents: TokenizedDocument[] = [];
  const kept: string[][] = [];
  const { unkTokenId } = tokenizer;
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  await orMissing(path, named, async () => {
    for await (const paragraphs of readParagraphs(path, counts)) {
      const texts = paragraphs.flatMap((paragraph) =>
        Array.from(segmenter.segment(paragraph), ({ segment }) => segment.trim()).filter(Boolean),
      );
      const sentences = texts
        .map((text) => ({ text, ids: idsOf(text, tokenizer) }))
        .filter(({ ids }) => ids.length > 0);
      const document = sentences.map(({ ids }) => ids);
      if (document.length === 0) continue;
      documents.push(document);
      if (keepTexts) kept.push(sentences.map(({ text }) => text));
      counts.documents += 1;
      counts.sentences += document.length;
      for (const ids of document) {
        counts.tokens += ids.length;
        for (const id of ids) if (id === unkTokenId) counts.unknownTokens += 1;
      }
    }
  });
  if (documents.length === 0) throw nothingToRead(named, counts);
  return { documents, texts: kept, counts };
}

function idsOf(text: string, tokenizer: BertTokenizer): Int32Array {
  return Int32Array.from(tokenizer.encode(text, { addSpecialTokens: false, truncation: false }).inputIds);
}

/** Turns a file that is not there, or no gzip, into a message for the person who named it. */
export async function orMissing<Result>(
  path: string,
  named: string,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) {
      throw new AppError('broken-gzip', {
        where: named,
        expected: 'text packed by gzip, as .gz says',
        found: `${message} (${path})`,
        remedy: 'Was it copied whole? Text that is not packed needs another name.',
        cause: error,
      });
    }
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EISDIR') throw error;
    throw new AppError('missing-file', {
      where: named,
      expected: 'a file',
      found: code === 'EISDIR' ? `the directory ${path}` : `nothing at ${path}`,
      remedy: 'Check the path; a relative one starts at the folder you stand in.',
      cause: error,
    });
  }
}

/** `1 line`, `2 lines`. */
export function lineCount(count: number): string {
  return `${count} line${count === 1 ? '' : 's'}`;
}

function nothingToRead(
  named: string,
  { binaryLines, longLines }: Pick<CorpusCounts, 'binaryLines' | 'longLines'>,
): AppError {
  const passed = [
    binaryLines > 0 && `${lineCount(binaryLines)} of no UTF-8 text`,
    longLines > 0 && `${lineCount(longLines)} of more than a megabyte`,
  ].filter((part) => part !== false);
  return new AppError('empty-file', {
    where: named,
    expected: 'text: a paragraph a line, an empty line between documents',
    found: passed.length > 0 ? `nothing but ${passed.join(' and ')}` : 'none',
    remedy: 'Is it plain text in UTF-8, or that packed by gzip?',
  });
}
