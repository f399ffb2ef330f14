import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Bert } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { main } from '../src/main.js';
import { json, reviewsFolder, runIn } from './helpers/command.js';
import { recordedIo } from './helpers/io.js';
import { reviewsCsv } from './helpers/tiny-model.js';

// Seconds on a free machine; others share this one.
jest.setTimeout(120_000);

const savedFiles = [
  'config.json',
  'model.safetensors',
  'report.html',
  'run.json',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.txt',
];

let cwd = '';
let encoder = '';

beforeAll(async () => {
  ({ cwd, encoder } = await reviewsFolder());
});

const run = (...argv: string[]): ReturnType<typeof runIn> => runIn(cwd, argv);

const quick = ['--train', 'reviews.csv', '--batch-size', '16', '--learning-rate', '0.01', '--dropout', '0'];

/** A report whose figures may differ as those of two backends do: in the seventh digit. */
function near(value: unknown): unknown {
  if (typeof value === 'number') return expect.closeTo(value, 5);
  if (Array.isArray(value)) return value.map(near);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, near(entry)]));
}

describe('train, evaluate, predict on wasm', () => {
  let first: Awaited<ReturnType<typeof run>>;

  beforeAll(async () => {
    const model = ['--model', encoder, '--test', 'test.csv', '--epochs', '6', '--output', 'first'];
    first = await run('train', ...quick, ...model);
  });

  it('learns, reports on standard output, and says what it decided on standard error', () => {
    expect(first.code).toBe(0);
    expect(first.out()).toContain('test accuracy: 1.0000 (95 % interval 0.8389 to 1.0000, 20 examples)');
    expect(first.out()).toContain(`saved: ${join(cwd, 'first')}`);
    expect(first.out()).toContain('use it: pnpm sentiment predict --model first "The food was great."');
    const progress = first.err();
    expect(progress).toContain('valid: 12 examples (10 %) taken out of --train with seed 42');
    expect(progress).toContain('classes: neg (56), pos (52)');
    expect(progress).toContain('backend: wasm (the faster of the two');
    expect(progress).toContain('it has no head, so a fresh head is trained');
    expect(progress).toContain('--epochs 6');
    expect(progress).toMatch(/epoch 6\/6: loss \d\.\d{4}, valid loss \d\.\d{4}, valid accuracy 1\.0000/);
  });

  it('saves a Hugging Face directory and the record of the run', () => {
    expect(readdirSync(join(cwd, 'first')).sort()).toEqual(savedFiles);
    expect(json(cwd, 'first', 'config.json')).toMatchObject({
      architectures: ['BertForSequenceClassification'],
      id2label: { 0: 'neg', 1: 'pos' },
      problem_type: 'single_label_classification',
    });
    expect(json(cwd, 'first', 'run.json')).toMatchObject({
      command: 'train',
      seed: 42,
      maxLength: 32,
      options: { epochs: 6, learningRate: 0.01, task: 'single-label', maxLength: 32 },
      backend: { name: 'wasm' },
      examples: { train: 108, valid: 12, test: 20 },
      history: { ended: 'completed', steps: 42 },
      result: { of: 'test', report: { accuracy: 1 } },
    });
  });

  it('evaluates the saved directory to the same figures', async () => {
    const text = await run('evaluate', '--model', 'first', '--test', 'test.csv');
    expect(text.code).toBe(0);
    expect(first.out()).toContain(text.out().trim());
    const { result } = json(cwd, 'first', 'run.json') as { result: { report: unknown } };
    const figures = await run(
      'evaluate',
      '--model',
      'first',
      '--test',
      'test.csv',
      '--json',
      '--backend',
      'cpu',
    );
    expect(JSON.parse(figures.out())).toEqual(near(result.report));
  });

  it('cuts inputs where the training did, unless told otherwise', async () => {
    const model = ['--model', encoder, '--max-steps', '1', '--max-length', '6', '--output', 'short'];
    await run('train', ...quick, ...model);
    const long = 'the food was very very very great.';
    expect((await run('predict', '--model', 'short', long)).err()).toContain('longer than 6 tokens');
    expect((await run('predict', '--model', 'short', '--max-length', '16', long)).err()).toBe('');
  });

  it('leaves frozen parameters as they were, bit for bit', async () => {
    const before = await Bert.fromPretrained(encoder);
    await run(
      'train',
      ...quick,
      '--model',
      encoder,
      '--max-steps',
      '2',
      '--freeze',
      '1',
      '--output',
      'frozen',
    );
    const after = await Bert.fromPretrained(join(cwd, 'frozen'));
    const moved = [...before.parameters].filter(([name, parameter]) => {
      const now = after.parameters.get(name)?.dataSync() ?? [];
      return parameter.dataSync().some((value, at) => value !== now[at]);
    });
    before.dispose();
    after.dispose();
    const names = moved.map(([name]) => name);
    expect(names).toContain('encoder.layer.1.output.dense.weight');
    expect(names.filter((name) => /^(embeddings|encoder\.layer\.0)\./.test(name))).toEqual([]);
  });

  it('balances classes, and smooths labels', async () => {
    writeFileSync(join(cwd, 'uneven.csv'), `${reviewsCsv(10)}${'the film was good.,pos\n'.repeat(40)}`);
    const firstLoss = async (output: string, ...options: string[]): Promise<number> => {
      const fixed = ['--model', 'first', '--train', 'uneven.csv', '--valid', 'test.csv', '--max-steps', '1'];
      await run('train', ...quick, ...fixed, '--output', output, ...options);
      return (json(cwd, output, 'run.json').history as { losses: [number] }).losses[0];
    };
    const plain = await firstLoss('plain');
    expect(await firstLoss('balanced', '--class-weights', 'balanced')).not.toBe(plain);
    expect(await firstLoss('weighted', '--class-weights', 'neg=3')).not.toBe(plain);
    expect(await firstLoss('smooth', '--label-smoothing', '0.2')).toBeGreaterThan(plain);
  });

  it('predicts arguments, lines of standard input and files, in their order', async () => {
    const texts = ['the food was very very very great.', 'the film was bad.'];
    const expected =
      /^pos\t0\.9\d{3}\tthe food was very very very great\.\nneg\t0\.9\d{3}\tthe film was bad\.\n$/;
    expect((await run('predict', '--model', 'first', ...texts)).out()).toMatch(expected);

    const io = recordedIo(cwd, `${texts.join('\r\n')}\r\n`);
    expect(await main(['predict', '--model', 'first'], io)).toBe(0);
    expect(io.out()).toMatch(expected);

    const broken = { ...recordedIo(cwd), stdin: Readable.from([Buffer.from([0x61, 0xff])]) };
    expect(await main(['predict', '--model', 'first'], broken)).toBe(1);
    expect(broken.err()).toContain('standard input, line 1: expected UTF-8, found the byte 0xFF at offset 1');

    writeFileSync(join(cwd, 'texts.jsonl'), `${JSON.stringify({ text: texts[0] })}\n{"text":""}\n`);
    const lines = (await run('predict', '--model', 'first', '--text-file', 'texts.jsonl', '--json'))
      .out()
      .trim();
    const [one, two] = lines.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(one).toMatchObject({ text: texts[0], label: 'pos', probabilities: { pos: one?.probability } });
    expect(two).toMatchObject({ text: '' });
  });

  it('gives the same losses for the same seed, others for another', async () => {
    const losses = async (seed: string, output: string): Promise<unknown> => {
      const model = ['--model', encoder, '--max-steps', '4', '--output', output];
      await run('train', ...quick, ...model, '--dropout', '0.1', '--seed', seed);
      return (json(cwd, output, 'run.json').history as { losses: number[] }).losses;
    };
    const one = await losses('7', 'seed-a');
    expect(one).toHaveLength(4);
    expect(await losses('7', 'seed-b')).toEqual(one);
    expect(await losses('8', 'seed-c')).not.toEqual(one);
  });

  it('goes on from its own directory with the head it has', async () => {
    const next = await run('train', ...quick, '--model', 'first', '--max-steps', '1', '--output', 'second');
    expect(next.err()).toContain('first, its head included');
    expect(next.err()).toContain('test: none given');
    expect(next.out()).toContain('valid accuracy: 1.0000');
    writeFileSync(join(cwd, 'other.csv'), reviewsCsv(20, ['no', 'yes']));
    const other = ['--train', 'other.csv', '--model', 'first', '--max-steps', '1', '--output', 'third'];
    expect((await run('train', ...other)).err()).toContain(
      'its head was for neg, pos, so a fresh head is trained',
    );
    expect(json(cwd, 'third', 'config.json')).toMatchObject({ id2label: { 0: 'no', 1: 'yes' } });
  });

  it('shuffles by the seed, and puts batches together into steps', async () => {
    const steps = async (output: string, ...options: string[]): Promise<readonly number[]> => {
      await run('train', ...quick, '--model', 'first', '--epochs', '1', '--output', output, ...options);
      return (json(cwd, output, 'run.json').history as { losses: number[] }).losses;
    };
    // The head is not fresh here: only the order of the examples can differ.
    const one = await steps('order-a', '--seed', '1', '--valid', 'test.csv');
    const two = await steps('order-b', '--seed', '2', '--valid', 'test.csv');
    expect([one.length, two.length]).toEqual([8, 8]);
    expect(two).not.toEqual(one);
    expect(await steps('order-c', '--accumulate', '4', '--valid', 'test.csv')).toHaveLength(2);
  });

  it('leaves no tensors behind', async () => {
    const before = tf.memory().numTensors;
    await run('evaluate', '--model', 'first', '--test', 'test.csv');
    await run('train', ...quick, '--model', 'first', '--max-steps', '2', '--output', 'leak');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('ends gently on Ctrl-C and saves', async () => {
    const controller = new AbortController();
    const io = recordedIo(cwd, '', controller.signal);
    const stderr = {
      write: (text: string): void => {
        io.stderr.write(text);
        if (text.startsWith('epoch 2/')) controller.abort();
      },
    };
    const argv = ['train', ...quick, '--model', encoder, '--epochs', '50', '--output', 'cut'];
    expect(await main(argv, { ...io, stderr })).toBe(1);
    expect(io.err()).toMatch(/interrupted after step (\d+); saved as it is, not evaluated: /);
    expect(io.err()).toContain('pnpm sentiment train --resume cut');
    expect(io.out()).toBe('');
    const left = readdirSync(join(cwd, 'cut')).sort();
    expect(left.filter((name) => !name.startsWith('checkpoint-'))).toEqual(
      savedFiles.filter((name) => name !== 'report.html'), // there is nothing to report yet
    );
    expect(left.filter((name) => name.startsWith('checkpoint-'))).toHaveLength(1);
    expect(json(cwd, 'cut', 'run.json')).toMatchObject({ history: { ended: 'aborted' } });
    expect((await run('predict', '--model', 'cut', 'the film was good.')).code).toBe(0);
  });

  it('saves nothing when Ctrl-C comes before the first step', async () => {
    const controller = new AbortController();
    controller.abort();
    const io = recordedIo(cwd, '', controller.signal);
    expect(await main(['train', ...quick, '--model', encoder, '--output', 'nothing'], io)).toBe(1);
    expect(io.err()).toContain('nothing was saved');
    expect(existsSync(join(cwd, 'nothing'))).toBe(false);
  });
});

describe('other tasks', () => {
  it.each(['sigmoid', 'multi-label'])('%s', async (task) => {
    const options = ['--model', encoder, '--task', task, '--epochs', '5', '--output', task];
    const trained = await run('train', ...quick, ...options);
    expect([trained.code, trained.err()]).toEqual([0, expect.stringContaining(`task: ${task}`)]);
    expect(trained.out()).toMatch(/valid (accuracy|exact match): 1\.0000/);
    const predicted = await run('predict', '--model', task, 'the film was awful.');
    expect(predicted.out()).toMatch(/^neg\t0\.[7-9]\d{3}\t/);
    // The task comes with the model.
    const again = await run('train', ...quick, '--model', task, '--max-steps', '1', '--output', `${task}-2`);
    expect(again.err()).toContain('its head included');
  });

  it('regression', async () => {
    const rows = reviewsCsv(30, ['-1.5', '2.5']);
    writeFileSync(join(cwd, 'stars.csv'), rows);
    const options = ['--model', encoder, '--task', 'regression', '--epochs', '10', '--output', 'stars'];
    const trained = await run('train', ...quick, '--train', 'stars.csv', ...options);
    expect(trained.code).toBe(0);
    const { result } = json(cwd, 'stars', 'run.json') as { result: { report: { pearson: number } } };
    expect(result.report.pearson).toBeGreaterThan(0.9);
    expect(
      Number((await run('predict', '--model', 'stars', 'the film was great.')).out().split('\t')[0]),
    ).toBeGreaterThan(0.5);
  });

  it('pairs', async () => {
    writeFileSync(
      join(cwd, 'pairs.csv'),
      `q,a,label\n${Array.from({ length: 20 }, (_, i) => `the film${' very'.repeat(i)},was good,yes\nthe food,was bad,no\n`).join('')}`,
    );
    const columns = ['--text', 'q', '--pair', 'a'];
    const options = ['--train', 'pairs.csv', '--model', encoder, '--max-steps', '3', '--output', 'pairs'];
    expect((await run('train', ...columns, ...options)).code).toBe(0);
    const predicted = await run('predict', '--model', 'pairs', '--text-file', 'pairs.csv', ...columns);
    expect(predicted.out().split('\n')[0]).toMatch(/^(yes|no)\t0\.\d{4}\tthe film\twas good$/);
  });

  it('from scratch, with every knob', async () => {
    const knobs =
      '--optimizer bert-adam --schedule cosine --clip-norm 0 --accumulate 2 --batch-tokens 64 --label-smoothing 0.1 --class-weights balanced --freeze embeddings --max-length 16 --weight-decay 0';
    const scratch = await run(
      'train',
      ...quick,
      '--model',
      'none',
      '--max-steps',
      '2',
      '--output',
      'scratch',
      ...knobs.split(' '),
    );
    expect([scratch.code, scratch.err()]).toEqual([
      0,
      expect.stringContaining('BERT from scratch, not pre-trained'),
    ]);
    expect(json(cwd, 'scratch', 'config.json')).toMatchObject({ max_position_embeddings: 16 });
  });

  it('without --model it starts from the weights that come along', async () => {
    const { code, err } = await run('train', ...quick, '--max-steps', '1', '--output', 'shipped');
    expect([code, err()]).toEqual([
      0,
      expect.stringContaining('model: bert-small-en, pre-trained: 4 layers, 256 wide; it has no head'),
    ]);
    expect(json(cwd, 'shipped', 'config.json')).toMatchObject({ vocab_size: 8192, num_hidden_layers: 4 });
    expect(json(cwd, 'shipped', 'run.json')).toMatchObject({ options: { model: 'bert-small-en' } });
  });
});
