import { describe, expect, it } from '@jest/globals';

import { objectiveOf, scoreOf } from '../../src/tune/objective.js';
import { ranked, trialCsv, trialTable, type Trial } from '../../src/tune/trials.js';

const trial = (
  number: number,
  status: Trial['status'],
  epochs: Trial['epochs'],
  message?: string,
): Trial => ({
  number,
  parameters: { epochs: '2', freeze: 'encoder.layer.0,pooler' },
  status,
  epochs,
  seconds: 1.25,
  message,
});

const trials = [
  trial(1, 'done', [
    { loss: 0.6, accuracy: 0.7 },
    { loss: 0.7, accuracy: 0.8 },
  ]),
  trial(2, 'stopped', [{ loss: 0.1, accuracy: 0.95 }]),
  trial(3, 'failed', [], 'out of "memory"'),
  trial(4, 'done', [
    { loss: 0.5, accuracy: 0.8 },
    { loss: 0.6, accuracy: 0.8 },
  ]),
  trial(5, 'done', [
    { loss: 0.5, accuracy: null },
    { loss: null, accuracy: null },
  ]),
];
const accuracy = { metric: 'accuracy', isHigher: true };
const order = (...more: [typeof accuracy, boolean]): number[] =>
  ranked(trials, ...more).map(({ trial: { number } }) => number);

describe('objectiveOf', () => {
  it('is accuracy where there is one, else the loss, which is better the lower', () => {
    expect(objectiveOf(undefined, { loss: 1, accuracy: 1 })).toEqual(accuracy);
    expect(objectiveOf(undefined, { loss: 1, r2: 1 })).toEqual({ metric: 'loss', isHigher: false });
    expect(objectiveOf('mean_squared_error', { mean_squared_error: 1 })?.isHigher).toBe(false);
    expect(objectiveOf('f1', { loss: 1 })).toBeUndefined();
    const loss = { metric: 'loss', isHigher: false };
    expect(scoreOf(loss, { loss: 0.1 })).toBeGreaterThan(scoreOf(loss, { loss: 0.2 }));
    expect(scoreOf(accuracy, { accuracy: null })).toBe(-Infinity);
  });
});

describe('ranked', () => {
  it('is by the last epoch; equal ones by the loss; those ended early last; without figures not at all', () => {
    expect(order(accuracy, false)).toEqual([4, 1, 2]);
  });

  it('is by the epoch of the lowest loss with early stopping', () => {
    expect(order({ metric: 'loss', isHigher: false }, true)).toEqual([4, 5, 1, 2]); // 5 came to no figures later
    expect(ranked(trials, accuracy, true)[1]?.value).toBe(0.7);
  });
});

it('a table for people and a file for spreadsheets', () => {
  expect(trialTable(trials, accuracy, false, 2)).toEqual([
    '  trial  accuracy  epochs  epochs                  freeze'.replace('epochs  epochs', 'passes  epochs'),
    '  4        0.8000       2       2  encoder.layer.0,pooler',
    '  1        0.8000       2       2  encoder.layer.0,pooler',
    '  and 1 more in tune.csv',
    '  trial 3 failed: out of "memory"',
  ]);
  expect(trialCsv(trials, false).split('\n').slice(0, 4)).toEqual([
    'trial,status,passes,seconds,epochs,freeze,loss,accuracy,message',
    '1,done,2,1.3,2,"encoder.layer.0,pooler",0.7,0.8,',
    '2,stopped,1,1.3,2,"encoder.layer.0,pooler",0.1,0.95,',
    '3,failed,0,1.3,2,"encoder.layer.0,pooler",,,"out of ""memory"""',
  ]);
});
