/** Random calls, and whether both paths answer them alike. */
import {
  type BatchEncoding,
  type BatchInput,
  type BertTokenizer,
  type EncodeOptions,
  type Encoding,
  TokenizerError,
} from '../../src/index.js';
import type { Draw } from './random.js';

/** Several texts under one set of options. */
export interface FuzzCall {
  readonly method: 'encodeAll' | 'encodeBatch';
  readonly inputs: readonly BatchInput[];
  readonly options: EncodeOptions;
}

/** Texts alone, in pairs, or cut into words; half of the time without any option. */
export function randomCall(draw: Draw, texts: readonly string[]): FuzzCall {
  const inputs: BatchInput[] = [];
  for (let at = 0; at < texts.length; at += 1) {
    const text = texts[at];
    const kind = draw.upTo(10);
    if (kind === 0 && at + 1 < texts.length) inputs.push([text, texts[++at]]);
    else if (kind === 1) inputs.push({ text: text.split(' ') });
    else inputs.push(text);
  }
  return {
    method: draw.chance(0.5) ? 'encodeAll' : 'encodeBatch',
    inputs,
    options: draw.chance(0.5) ? {} : randomOptions(draw),
  };
}

function randomOptions(draw: Draw): EncodeOptions {
  const some = <Value>(value: Value): Value | undefined => (draw.chance(0.5) ? value : undefined);
  const options = {
    addSpecialTokens: some(draw.chance(0.5)),
    padding: some(draw.pick([true, false, 'longest', 'max_length'] as const)),
    truncation: some(draw.pick([true, false, 'longest_first', 'only_first', 'only_second'] as const)),
    maxLength: some(draw.upTo(20)),
    stride: draw.chance(0.2) ? draw.upTo(4) : undefined,
    padToMultipleOf: draw.chance(0.2) ? draw.upTo(9) : undefined,
    returnOverflowingTokens: some(draw.chance(0.5)),
    paddingSide: some(draw.pick(['left', 'right'] as const)),
    truncationSide: some(draw.pick(['left', 'right'] as const)),
    offsetUnit: some(draw.pick(['utf16', 'codepoint'] as const)),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What a tokenizer answers, as plain data; the code of its error where it refuses. */
export function answer(tokenizer: BertTokenizer, { method, inputs, options }: FuzzCall): unknown {
  try {
    return method === 'encodeAll'
      ? tokenizer.encodeAll(inputs, options).map(plainEncoding)
      : plainBatch(tokenizer.encodeBatch(inputs, options));
  } catch (error) {
    if (error instanceof TokenizerError) return error.code;
    throw error;
  }
}

function plainBatch(batch: BatchEncoding): unknown {
  // Matrices first: they must not depend on the rows having been read.
  const matrices = [batch.inputIds, batch.attentionMask, batch.tokenTypeIds].map((values) => [...values]);
  return [matrices, batch.shape, [...batch.overflowToSample], batch.encodings.map(plainEncoding)];
}

function plainEncoding(encoding: Encoding): unknown {
  return {
    ids: [...encoding.inputIds],
    types: [...encoding.tokenTypeIds],
    mask: [...encoding.attentionMask],
    special: [...encoding.specialTokensMask],
    tokens: encoding.tokens,
    offsets: encoding.offsets,
    words: encoding.wordIds,
    sequences: encoding.sequenceIds,
    overflowing: encoding.overflowing.map(plainEncoding),
  };
}
