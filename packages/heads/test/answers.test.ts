import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import {
  answerPositions,
  answerScores,
  answerSpan,
  decodeAnswers,
  meanAnswerScores,
  type QuestionWindow,
  type ScoredWindow,
} from '../src/index.js';

interface Golden {
  readonly scores: readonly {
    readonly answer: string;
    readonly truths: readonly string[];
    readonly exact: number;
    readonly f1: number;
  }[];
  readonly decoding: readonly {
    readonly context: string;
    readonly windows: readonly {
      readonly start: number[];
      readonly end: number[];
      readonly offsets: [number, number][];
      readonly sequences: (number | null)[];
    }[];
    readonly count: number;
    readonly maxAnswerTokens: number;
    readonly noAnswer: boolean;
    readonly nullThreshold: number;
    readonly text: string;
    readonly difference: number | null;
    readonly answers: readonly {
      readonly text: string;
      readonly probability: number;
      readonly score: number;
    }[];
  }[];
}

// Written by transformers 4.57.6's squad_metrics: tools/reference/question_answering.py.
const golden = JSON.parse(
  readFileSync(new URL('golden/question-answering.json', import.meta.url), 'utf8'),
) as Golden;

const window = (offsets: [number, number][], sequenceIds: (number | null)[]): QuestionWindow => ({
  offsets,
  sequenceIds,
});
// [CLS] who [SEP] Ada wrote it . [SEP] [PAD]: "Ada wrote it."
const context = 'Ada wrote it.';
const whole = window(
  [
    [0, 0],
    [0, 3],
    [0, 0],
    [0, 3],
    [4, 9],
    [10, 12],
    [12, 13],
    [0, 0],
    [0, 0],
  ],
  [null, 0, null, 1, 1, 1, 1, null, null],
);

describe('scores of answers', () => {
  it('are those of SQuAD’s evaluation', () => {
    expect(golden.scores.length).toBeGreaterThan(800);
    for (const { answer, truths, exact, f1 } of golden.scores) {
      const scores = answerScores(answer, truths);
      const what = JSON.stringify([answer, truths]);
      expect([what, scores.exactMatch]).toEqual([what, exact]);
      expect(Math.abs(scores.f1 - f1)).toBeLessThan(1e-9);
    }
    expect(new Set(golden.scores.map(({ f1 }) => f1)).size).toBeGreaterThan(5);
  });

  it('over a data set are means', () => {
    const answers = [
      { answer: 'the cat', truths: ['Cat'] },
      { answer: 'a dog', truths: ['cat', 'black dog'] },
    ];
    expect(meanAnswerScores(answers)).toEqual({ exactMatch: 0.5, f1: (1 + 2 / 3) / 2 });
    expect(meanAnswerScores([])).toEqual({ exactMatch: NaN, f1: NaN });
  });
});

describe('decoded answers', () => {
  it('are those of run_squad', () => {
    let emptied = 0;
    for (const [i, test] of golden.decoding.entries()) {
      const windows = test.windows.map(({ start, end, offsets, sequences }): ScoredWindow => ({
        window: window(offsets, sequences),
        startLogits: start,
        endLogits: end,
      }));
      const decoded = decodeAnswers(windows, test.context, test);
      // The reference makes up an answer "empty" where there is no candidate at all.
      const isMadeUp = test.answers.some(({ text }) => text === 'empty');
      if (isMadeUp) {
        emptied += 1;
        expect(decoded.text).toBe('');
        expect(decoded.noAnswerScore).toBe(Infinity);
        expect(decoded.answers.map(({ text }) => text)).toEqual(test.noAnswer ? [''] : []);
        continue;
      }
      expect([i, decoded.text]).toEqual([i, test.text]);
      expect(decoded.answers.map(({ text }) => text)).toEqual(test.answers.map(({ text }) => text));
      decoded.answers.forEach(({ probability, score, span, text }, at) => {
        expect(Math.abs(probability - test.answers[at].probability)).toBeLessThan(1e-9);
        expect(Math.abs(score - test.answers[at].score)).toBeLessThan(1e-9);
        expect(span ? test.context.slice(span.start, span.end) : '').toBe(text);
      });
      if (test.difference !== null) expect(decoded.noAnswerScore).toBeCloseTo(test.difference, 9);
    }
    expect(emptied).toBeGreaterThan(0);
    expect(golden.decoding.filter(({ text }) => text === '').length).toBeGreaterThan(1);
  });

  it('wrong options, and fewer scores than tokens', () => {
    const scored = { window: whole, startLogits: new Float32Array(9), endLogits: new Float32Array(9) };
    expect(() => decodeAnswers([], context)).toThrow(/windows: expected at least one/);
    expect(() => decodeAnswers([scored], context, { count: 0, maxAnswerTokens: 1.5 })).toThrow(
      /count: expected an integer of at least 1, found 0; maxAnswerTokens: .*1\.5/,
    );
    expect(() => decodeAnswers([scored], context, { nullThreshold: NaN })).toThrow(/nullThreshold/);
    expect(() => decodeAnswers([{ ...scored, endLogits: [1] }], context)).toThrow(
      /window 0: expected scores of its 9 tokens, found 1/,
    );
  });
});

describe('positions of answers', () => {
  it.each([
    ['Ada', 0, { start: 3, end: 3 }],
    ['wrote it', 4, { start: 4, end: 5 }],
    ['it.', 10, { start: 5, end: 6 }],
    ['rote', 5, { start: 4, end: 4 }],
    ['Ada wrote it.', 0, { start: 3, end: 6 }],
  ])('%j', (text, start, expected) => {
    expect(answerPositions(whole, answerSpan(context, { text, start }))).toEqual(expected);
  });

  it('are those of [CLS] without an answer, or where a part of it is in another window', () => {
    const none = { start: 0, end: 0 };
    expect(answerPositions(whole, undefined)).toEqual(none);
    const second = window(
      [
        [0, 0],
        [0, 3],
        [0, 0],
        [10, 12],
        [12, 13],
        [0, 0],
      ],
      [null, 0, null, 1, 1, null],
    );
    expect(answerPositions(second, { start: 4, end: 12 })).toEqual(none);
    expect(answerPositions(second, { start: 10, end: 12 })).toEqual({ start: 3, end: 3 });
    expect(answerPositions(second, { start: 12, end: 14 })).toEqual(none);
    expect(answerPositions(window([[0, 0]], [null]), { start: 0, end: 1 })).toEqual(none);
    // characters that no token is made of
    expect(answerPositions(whole, { start: 3, end: 4 })).toEqual(none);
  });

  it('of the question do not count', () => {
    expect(answerPositions(whole, { start: 0, end: 3 })).toEqual({ start: 3, end: 3 });
  });

  it.each([
    [
      'it',
      4,
      /expected "it" at 4 of its context, found "wr"\. The text begins at 10; were positions counted/,
    ],
    ['it', 40, /one of 2 characters at 40, in a context of 13/],
    ['Ada', -3, /one of 3 characters at -3/],
    ['Eve', 0, /expected "Eve" at 0 of its context, found "Ada"\.$/],
    ['', 3, /one of 0 characters at 3/],
  ])('%j at %s is refused', (text, start, message) => {
    expect(() => answerSpan(context, { text, start })).toThrow(message);
  });
});
