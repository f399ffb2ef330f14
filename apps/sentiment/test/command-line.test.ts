import { describe, expect, it } from '@jest/globals';

import { parseCommandLine } from '../src/command-line.js';
import { AppError } from '../src/errors.js';

function problem(...argv: string[]): AppError {
  try {
    parseCommandLine(argv);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`accepted: ${argv.join(' ')}`);
}

function values(...argv: string[]): Readonly<Record<string, unknown>> {
  const line = parseCommandLine(argv);
  if (line.kind === 'help' || line.kind === 'version') throw new Error(line.kind);
  return line.values;
}

describe('parseCommandLine', () => {
  it('fills in defaults and keeps what depends on the model open', () => {
    expect(values('train')).toMatchObject({
      text: 'text',
      label: 'label',
      batchSize: 32,
      seed: 42,
      warmupRatio: 0.1,
      freeze: 'none',
      overwrite: false,
      epochs: undefined,
      backend: undefined,
    });
  });

  it('reads every way to write a value; the last one counts', () => {
    expect(
      values('train', '--epochs=2', '--learning-rate', '5e-5', '--overwrite', '--epochs', '3'),
    ).toMatchObject({
      epochs: 3,
      learningRate: 5e-5,
      overwrite: true,
    });
    expect(values('train', '--freeze', '2').freeze).toBe(2);
    expect(values('train', '--freeze', 'encoder.layer.0,pooler').freeze).toEqual([
      'encoder.layer.0',
      'pooler',
    ]);
    expect(values('train', '--class-weights', 'a=b=2,c=0.5').classWeights).toEqual(
      new Map([
        ['a=b', 2],
        ['c', 0.5],
      ]),
    );
    expect(values('train', '--output=-strange-').output).toBe('-strange-');
  });

  it('drops the dashes that pnpm run hands on', () => {
    expect(values('train', '--', '--epochs', '3').epochs).toBe(3);
  });

  it('takes texts for predict, after -- also such as begin with a dash', () => {
    expect(parseCommandLine(['predict', '--model', 'm', 'one', '--', '--two'])).toMatchObject({
      positionals: ['one', '--two'],
    });
  });

  it('asks for help anywhere', () => {
    expect(parseCommandLine(['--help'])).toEqual({ kind: 'help', command: undefined });
    expect(parseCommandLine(['train', '--epochs', '3', '-h'])).toEqual({ kind: 'help', command: 'train' });
    expect(parseCommandLine(['help', 'predict'])).toEqual({ kind: 'help', command: 'predict' });
    expect(parseCommandLine(['--version'])).toEqual({ kind: 'version' });
  });

  it.each([
    [['train', '--epoch', '3'], 'unknown-option', 'Did you mean --epochs?'],
    [['train', '--learn', '3'], 'unknown-option', 'Did you mean --learning-rate?'],
    [['train', '--zzz'], 'unknown-option', 'See sentiment train --help.'],
    [['train', '-e', '3'], 'unknown-option', "'-e'"],
    [
      ['train', '--epochs', 'three'],
      'bad-value',
      "a whole number of at least 1 and of at most 100000, found 'three'",
    ],
    [['train', '--epochs', '2.5'], 'bad-value', "'2.5'"],
    [['train', '--epochs', 'm'], 'bad-value', 'It means: passes over the training examples.'],
    [['train', '--epochs', '0'], 'bad-value', "'0'"],
    [['train', '--learning-rate', 'NaN'], 'bad-value', "a number above 0, found 'NaN'"],
    [['train', '--learning-rate', '-1'], 'bad-value', "'-1'"],
    [['train', '--dropout', '1'], 'bad-value', 'below 1'],
    [['train', '--epochs'], 'missing-value', '--epochs: expected N, found nothing'],
    [['train', '--model', '--epochs', '3'], 'missing-value', "the option '--epochs'"],
    [['train', '--overwrite=yes'], 'bad-value', 'no value'],
    [['train', '--backend', 'wasn'], 'bad-value', 'Did you mean wasm?'],
    [['train', '--task', 'regresion'], 'bad-value', 'Did you mean regression?'],
    [['train', '--freeze', 'some'], 'bad-value', 'none, embeddings, encoder, a number of layers'],
    [['train', '--freeze', 'encoder.layer.0,'], 'bad-value', 'modules with a comma between'],
    [['train', '--class-weights', 'a=0'], 'bad-value', 'each weight above 0'],
    [['train', '--train', ''], 'bad-value', 'not empty'],
    [['train', 'reviews.csv'], 'usage', "the argument 'reviews.csv'"],
    [['evaluate'], 'missing-value', '--model DIR'],
    [['tran'], 'unknown-command', 'Did you mean train?'],
    [
      ['banana'],
      'unknown-command',
      'train, tune, find-learning-rate, evaluate, predict, tokenize, pretrain, convert, data',
    ],
    [[], 'usage', 'a command'],
  ])('%j is refused with exit code 2', (argv, code, message) => {
    const error = problem(...argv);
    expect(error.code).toBe(code);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(message);
  });
});
