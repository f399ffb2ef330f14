import { beforeAll, describe, expect, it } from '@jest/globals';
import { Bert, createBertConfig } from '@bertune/bert';
import { SequenceClassifier } from '@bertune/heads';
import { BertTokenizer } from '@bertune/tokenizer';
import * as tf from '@tensorflow/tfjs';

import { startBackend } from '../../src/backend.js';
import { collateInputs, encodeExamples } from '../../src/model/encode.js';
import { explainMistakes } from '../../src/report-page/attribution/explain-mistakes.js';
import { worstMistakes } from '../../src/report-page/attribution/worst-mistakes.js';
import { evaluationOf, manyClasses, multiLabel, twoClasses, values } from '../helpers/evaluations.js';

describe('worstMistakes', () => {
  it('has what the model is surest of first, and the logit of the guess less that of the truth', () => {
    expect(worstMistakes(twoClasses(), 20)).toEqual([
      { example: 3, truth: 'no', guess: 'yes', sureness: 'probability 0.900', score: [-1, 1] },
      { example: 6, truth: 'yes', guess: 'no', sureness: 'probability 0.600', score: [1, -1] },
    ]);
    expect(worstMistakes(twoClasses(), 1)).toHaveLength(1);
    expect(worstMistakes(manyClasses(['a', 'b', 'c']), 20)[0]).toMatchObject({
      truth: 'c',
      guess: 'a',
      score: [1, 0, -1],
    });
  });

  it('has one logit, or its opposite, for a sigmoid', () => {
    const { labels, examples, scores } = twoClasses();
    const targets = examples.map(({ target }) => target);
    const sigmoid = evaluationOf({ ...labels, task: 'sigmoid' }, targets, Array.from(scores));
    expect(worstMistakes(sigmoid, 20).map(({ score }) => score)).toEqual([[1], [-1]]);
  });

  it('has wrong decisions of several labels, each with its own', () => {
    expect(worstMistakes(multiLabel(), 20)).toEqual([
      { example: 1, truth: 'c', guess: 'not c', sureness: 'probability 0.950', score: [0, 0, -1] },
      { example: 2, truth: 'not a', guess: 'a', sureness: 'probability 0.750', score: [1, 0, 0] },
    ]);
  });

  it('has the farthest values first', () => {
    const [worst, next] = worstMistakes(values(), 2);
    expect(worst).toEqual({ example: 7, truth: '7', guess: '4.000', sureness: 'off by 3.000', score: [1] });
    expect(next?.sureness).toBe('off by 0.100');
  });

  it('passes over what is no number', () => {
    const evaluation = evaluationOf({ task: 'regression', names: [] }, [[1], [2]], [NaN, 2.5]);
    expect(worstMistakes(evaluation, 20).map(({ example }) => example)).toEqual([1]);
  });
});

describe('explainMistakes', () => {
  const tokenizer = new BertTokenizer(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'text', 'word', '3']);
  const evaluation = twoClasses();
  const mistakes = worstMistakes(evaluation, 20);

  beforeAll(async () => {
    await startBackend('wasm');
  });

  function loaded(): { model: SequenceClassifier; tokenizer: BertTokenizer; maxLength: number } {
    const config = createBertConfig({
      numLayers: 1,
      hiddenSize: 16,
      numHeads: 2,
      vocabSize: tokenizer.vocabularySize,
      maxPosition: 16,
      initializerRange: 0.5,
    });
    const model = SequenceClassifier.fromEncoder(Bert.fromConfig(config, { seed: 2 }), {
      labels: ['no', 'yes'],
    });
    return { model, tokenizer, maxLength: 16 };
  }

  it('gives the tokens what makes up the score of the guess', async () => {
    const of = loaded();
    const before = tf.memory().numTensors;
    const options = { steps: 32, signal: { aborted: false } };
    const [first, second] = await explainMistakes(of, evaluation, mistakes, options);
    expect(tf.memory().numTensors).toBe(before);
    expect(first?.mistake).toBe(mistakes[0]);
    expect(second?.mistake).toBe(mistakes[1]);
    const text = first?.texts[0]?.map((passage) => passage.text).join('');
    expect(text).toBe(evaluation.examples[3]?.text);
    const { encoded } = encodeExamples(evaluation.examples.slice(3, 4), tokenizer, 16);
    const inputs = collateInputs(encoded, tokenizer.padTokenId);
    const [no = 0, yes = 0] = tf.tidy(() => of.model.logits(inputs)).dataSync();
    tf.dispose(inputs);
    expect(first?.sums?.score).toBeCloseTo(yes - no, 5);
    const sum = first?.texts.flat().reduce((total, { value = 0 }) => total + value, 0);
    const { score = 0, baselineScore = 0, completenessError = NaN } = first?.sums ?? {};
    expect(sum).toBeCloseTo(score - baselineScore + completenessError, 5);
    expect(Math.abs(sum ?? 0)).toBeGreaterThan(0.01);
    expect(Math.abs(completenessError)).toBeLessThan(1e-3);
    of.model.dispose();
  });

  it('leaves without what there is no time for', async () => {
    const of = loaded();
    let asked = 0;
    const signal = {
      get aborted() {
        return ++asked > 2; // before each text and before each batch of points
      },
    };
    const explained = await explainMistakes(of, evaluation, mistakes, { steps: 8, signal });
    expect(explained.map(({ sums }) => sums !== undefined)).toEqual([true, false]);
    expect(explained[1]?.texts.flat().every(({ value }) => value === undefined)).toBe(true);
    of.model.dispose();
  });
});
