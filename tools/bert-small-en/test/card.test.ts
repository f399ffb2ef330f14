import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { type CardFacts, modelCard } from '../src/card.js';
import { drawCurve, readCurve } from '../src/curve.js';
import { SENTENCES } from '../src/sentences.js';
import { type CorpusSources, notice, sourceTable } from '../src/sources.js';

const folder = mkdtempSync(join(tmpdir(), 'bert-small-en-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const record = new URL('../../corpus/record/sources.json', import.meta.url);
const corpus = JSON.parse(readFileSync(record, 'utf8')) as CorpusSources;

describe('the curve', () => {
  const line = (step: number, loss: number, second = step): string =>
    JSON.stringify({
      event: 'step',
      time: new Date(1e12 + 1000 * second).toISOString(),
      step,
      loss,
      tokens: 100,
    });
  const file = join(folder, 'log.jsonl');
  // cut after step 5, and resumed from step 4
  const steps = [0, 1, 2, 3, 4, 5].map((step) => line(step, 9 - step));
  const again = [4, 5, 6, 7].map((step) => line(step, 8 - step, step + 100));
  writeFileSync(file, [JSON.stringify({ event: 'begin' }), ...steps, ...again, ''].join('\n'));

  it('counts a step that was done again once, as it was done last', () => {
    expect(readCurve(file, Infinity, 4)).toEqual({
      points: [
        { step: 2, tokens: 200, loss: 8.5 },
        { step: 4, tokens: 400, loss: 6.5 },
        { step: 6, tokens: 600, loss: 3.5 },
        { step: 8, tokens: 800, loss: 1.5 },
      ],
      steps: 8,
      tokens: 800,
      from: new Date(1e12).toISOString(),
      to: new Date(1e12 + 107_000).toISOString(),
    });
    expect(readCurve(file, 3)).toMatchObject({ steps: 3, tokens: 300 });
    expect(() => readCurve(file, 0)).toThrow(/expected lines of steps/);
  });

  it('is a picture', () => {
    const svg = drawCurve(readCurve(file), 'Loss');
    expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('sources', () => {
  it('are all named with licence and hash', () => {
    const text = notice(corpus);
    expect(corpus.sources.length).toBeGreaterThan(30);
    for (const { archive, licence, sha256 } of corpus.sources) {
      expect(text).toContain(archive);
      expect(text).toContain(`licence: ${licence}`);
      expect(text).toContain(sha256);
    }
    expect(text).toMatch(/all-MiniLM-L6-v2.*\nApache-2\.0/);
  });

  it('are a table, the largest first, campaigns of one game in a row', () => {
    const rows = sourceTable(corpus).split('\n').slice(2);
    expect(rows[0]).toContain('GNU Collaborative International Dictionary');
    expect(rows.filter((row) => row.includes('Wesnoth'))).toHaveLength(1);
    const sizes = rows.map((row) => Number(row.split('|').at(-2)));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    const total = corpus.sources.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
    expect(Math.abs(sizes.reduce((a, b) => a + b, 0) - total)).toBeLessThan(1);
  });
});

describe('the model card', () => {
  const facts: CardFacts = {
    config: {
      architectures: ['BertForMaskedLM'],
      num_hidden_layers: 4,
      hidden_size: 256,
      num_attention_heads: 4,
      max_position_embeddings: 128,
      vocab_size: 8192,
    },
    parameters: 5_430_786,
    bytes: 10_870_316,
    hasPooler: false,
    length: 48,
    training: 'By hand.',
    curve: { points: [], steps: 10, tokens: 1e6, from: '2026-11-23T07:00:00Z', to: '2026-11-23T09:30:00Z' },
    corpus,
    heldOut: 'every hundredth document',
    measured: {
      masked_accuracy: 0.3456,
      longest_masked_accuracy: 0.25,
      masked_loss: 4.1,
      unigram: { accuracy: 0.05, loss: 6.8 },
    },
    filledIn: [
      { sentence: 'A [MASK].', candidates: ['|', '`', 'cat'].map((token) => ({ token, probability: 0.1 })) },
    ],
    command: 'make',
  };

  it('has the figures with what frequencies alone give, and leaves out what was not trained', () => {
    const card = modelCard(facts);
    expect(card).toContain('| masked tokens, right         | 34.6 % | 5.0 % |');
    expect(card).toContain('4 layers, 256 wide, 4 heads, up to 128 tokens; 5.4 M values, 10.9 MB in float16');
    expect(card).toContain("{ allowMissing: ['pooler'] }");
    expect(card).toContain('2.5 hours');
    expect(card).not.toContain('next sentence');
    expect(card).not.toMatch(/undefined|NaN|\[object/);
    const both = modelCard({
      ...facts,
      hasPooler: true,
      measured: { ...facts.measured, next_sentence_accuracy: 0.8, teacher_similarity: 0.71 },
    });
    expect(both).toMatch(/cosine similarity with the teacher's\s+\| 0\.710 \|/);
    expect(card).not.toContain('teacher');
    expect(both).toContain('| next sentence, right | 80.0 % |');
    expect(both).not.toContain('allowMissing');
  });

  it('keeps tokens that mean something in Markdown in their cells', () => {
    expect(modelCard(facts)).toContain('| A [MASK]. | `\\|` 10, `` ` `` 10, `cat` 10 |');
  });

  it('has twenty sentences with one blank each', () => {
    expect(new Set(SENTENCES).size).toBe(20);
    for (const sentence of SENTENCES) expect(sentence.split('[MASK]')).toHaveLength(2);
  });
});
