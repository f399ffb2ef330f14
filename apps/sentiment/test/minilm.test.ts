/*
 * A real model end to end: all-MiniLM-L6-v2, fetched by whoever runs this, against the embeddings that Python gives
 * (tools/reference/minilm.py):
 *
 *   BERTUNE_MINILM=/path/to/all-MiniLM-L6-v2 pnpm --filter sentiment test minilm
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { SentenceEncoder } from '@bertune/heads';
import { BertTokenizer } from '@bertune/tokenizer';
import { toTensors } from '@bertune/tokenizer/tensors';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

interface Expected {
  readonly sha256: string;
  readonly longest: number;
  readonly cases: readonly { readonly text: string; readonly tokens: number; readonly embedding: number[] }[];
}

const { sha256, longest, cases } = JSON.parse(
  readFileSync(fileURLToPath(new URL('golden/minilm.json', import.meta.url)), 'utf8'),
) as Expected;
const folder = process.env.BERTUNE_MINILM;

/** Of vectors of length 1. */
const cosine = (a: ArrayLike<number>, b: readonly number[]): number =>
  b.reduce((sum, value, at) => sum + value * a[at], 0);

const run = folder === undefined ? describe.skip : describe;
run('all-MiniLM-L6-v2 (needs its folder in BERTUNE_MINILM)', () => {
  const directory = folder ?? '';
  let tokenizer: BertTokenizer;
  let encoder: SentenceEncoder;

  beforeAll(async () => {
    await tf.setBackend('wasm');
    const weights = readFileSync(join(directory, 'model.safetensors'));
    expect(createHash('sha256').update(weights).digest('hex')).toBe(sha256);
    tokenizer = await BertTokenizer.fromPretrained(directory);
    encoder = await SentenceEncoder.fromPretrained(directory);
    expect(encoder).toMatchObject({ pooling: 'mean', normalize: true, maxLength: longest });
  });
  afterAll(() => encoder.dispose());

  const embed = (texts: readonly string[]): { tokens: readonly [number, number]; rows: Float32Array[] } => {
    const batch = tokenizer.encodeBatch(texts, { truncation: true, maxLength: longest, padding: 'longest' });
    const embeddings = tf.tidy(() => encoder.embed(toTensors(batch)));
    const values = embeddings.dataSync<'float32'>();
    const [count, width] = embeddings.shape;
    embeddings.dispose();
    const rows = Array.from({ length: count }, (_, row) => values.slice(row * width, (row + 1) * width));
    return { tokens: batch.shape, rows };
  };

  it.each(cases.map(({ text, ...rest }) => ({ ...rest, text, name: text.slice(0, 30) })))(
    'embeds a text of $tokens tokens as Python does: $name',
    ({ text, tokens, embedding }) => {
      const { tokens: shape, rows } = embed([text]);
      expect(shape).toEqual([1, tokens]);
      expect(rows[0]).toHaveLength(384);
      expect(cosine(rows[0], embedding)).toBeGreaterThanOrEqual(0.99999);
      expect(Math.max(...rows[0].map((value, at) => Math.abs(value - embedding[at])))).toBeLessThan(5e-6);
    },
  );

  it('embeds all of them in one padded batch as one by one', () => {
    const { rows } = embed(cases.map(({ text }) => text));
    cases.forEach(({ embedding }, at) => {
      expect(cosine(rows[at], embedding)).toBeGreaterThanOrEqual(0.99999);
      // Another text's would not do.
      expect(cosine(rows[at], cases[(at + 1) % 6].embedding)).toBeLessThan(0.9999);
    });
  });
});
