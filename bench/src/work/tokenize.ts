import { readFileSync, writeFileSync } from 'node:fs';

import { type BatchEncoding, BertTokenizer, trainVocabulary } from '@bertune/tokenizer';

import { madeText } from './made-text.js';
import { timePasses } from './time-passes.js';
import type {
  EncodeOneRequest,
  EncodeTextsRequest,
  EncodeTiming,
  MakeTokenizerRequest,
} from './tokenizer-requests.js';

const VOCABULARY = 4000;
const ENGINE = '@bertune/tokenizer, one thread';
const WARM_UP_BYTES = 100_000;

/** Makes the tokenizer that all sides open. */
export async function makeTokenizer({
  directory,
  from,
  texts,
}: MakeTokenizerRequest): Promise<{ readonly vocabulary: number }> {
  const tokenizer = await openTokenizer(from, texts);
  await tokenizer.savePretrained(directory);
  return { vocabulary: tokenizer.vocabularySize };
}

async function openTokenizer(from: string | undefined, texts: string): Promise<BertTokenizer> {
  if (from === undefined) return new BertTokenizer(trainVocabulary(readTexts(texts), { size: VOCABULARY }));
  if (!from.endsWith('.txt')) return BertTokenizer.fromPretrained(from);
  return new BertTokenizer(readFileSync(from, 'utf8').trimEnd().split('\n'));
}

/** Times `encodeBatch` of all texts, padded to the longest as it does by default, and writes what that call gives. */
export async function encodeTexts(request: EncodeTextsRequest): Promise<EncodeTiming> {
  const tokenizer = await BertTokenizer.fromPretrained(request.tokenizer);
  const texts = readTexts(request.texts);
  let read = 0;
  const run = (): void => {
    const batch = tokenizer.encodeBatch(texts);
    // Computed when first read: not at all for who wants ids and masks.
    if (request.offsets) for (const { offsets } of batch.encodings) read += offsets.length;
  };
  const timing = timePasses(request.seconds, run);
  const rows = rowsOf(tokenizer.encodeBatch(texts, { offsetUnit: 'codepoint' }), request.offsets);
  if (request.offsets && read === 0) throw new Error('no offsets came out');
  if (request.write !== undefined) writeFileSync(request.write, Int32Array.from(rows.flat()));
  return { ...timing, tokens: rows.reduce((sum, [count]) => sum + count, 0), engine: ENGINE, versions: {} };
}

/** Each row without its padding, which the peers do not give: the number of tokens, their ids, their offsets if asked for. */
function rowsOf({ inputIds, attentionMask, shape, encodings }: BatchEncoding, offsets: boolean): number[][] {
  const [rows, length] = shape;
  return Array.from({ length: rows }, (_, row) => {
    const from = row * length;
    const count = attentionMask.subarray(from, from + length).reduce((sum, mask) => sum + mask, 0);
    const places = offsets ? encodings[row].offsets.slice(0, count).flat() : [];
    return [count, ...inputIds.subarray(from, from + count), ...places];
  });
}

/** Times `encode` of one text, after a warm-up on a short one of the same kind; ids and masks alone are read. */
export async function encodeOne(request: EncodeOneRequest): Promise<EncodeTiming> {
  const tokenizer = await BertTokenizer.fromPretrained(request.tokenizer);
  const texts = readTexts(request.texts);
  const small = madeText(request.text, Math.min(request.bytes, WARM_UP_BYTES), texts);
  const text = madeText(request.text, request.bytes, texts);
  let tokens = 0;
  const timing = timePasses(
    request.seconds,
    () => {
      tokens = tokenizer.encode(text).inputIds.length;
    },
    { fewest: 1, warm: () => tokenizer.encode(small) },
  );
  return { ...timing, tokens, engine: ENGINE, versions: {} };
}

function readTexts(file: string): readonly string[] {
  return JSON.parse(readFileSync(file, 'utf8')) as readonly string[];
}
