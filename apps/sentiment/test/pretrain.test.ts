import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MaskedLanguageModel, PreTrainingModel } from '@bertune/heads';
import { BertTokenizer } from '@bertune/tokenizer';

import { readParagraphs } from '../src/pretrain/read-documents.js';
import { json, reviewsFolder, runIn } from './helpers/command.js';

// Seconds on a free machine; others share this one.
jest.setTimeout(120_000);

let cwd = '';
let encoder = '';
const run = (...argv: string[]): ReturnType<typeof runIn> => runIn(cwd, argv);

/** Documents about one animal each, so that what follows can be told from what is elsewhere. */
function corpus(documents: number): string {
  const animals = ['cat', 'dog', 'horse', 'cow', 'bird', 'fish'];
  const verbs = ['eats', 'sleeps', 'runs', 'sings', 'waits', 'plays'];
  return Array.from({ length: documents }, (_, d) =>
    Array.from({ length: 4 }, (_line, l) => {
      const animal = animals[d % 6];
      return `The ${animal} ${verbs[(d + l) % 6]} in the house. A ${animal} ${verbs[(d + 2 * l) % 6]} today.`;
    }).join('\n'),
  ).join('\n\n');
}

const small = ['--layers', '1', '--hidden-size', '64', '--vocabulary-size', '100', '--max-length', '32'];

beforeAll(async () => {
  ({ cwd, encoder } = await reviewsFolder());
  writeFileSync(join(cwd, 'animals.txt'), corpus(60));
  writeFileSync(join(cwd, 'animals.txt.gz'), gzipSync(corpus(60)));
});

describe('pretrain', () => {
  it('makes a vocabulary and a model that has learnt, and train starts from it', async () => {
    const quick = ['--passes', '6', '--batch-size', '16', '--learning-rate', '0.003'];
    const { code, out, err } = await run(
      'pretrain',
      '--corpus',
      'animals.txt',
      ...small,
      ...quick,
      '--output',
      'base',
    );
    expect(err()).toContain('corpus: 60 documents, 480 sentences');
    expect(code).toBe(0);
    const { history, result, paddingWaste } = json(cwd, 'base', 'run.json') as {
      history: { losses: number[] };
      result: { masked_accuracy: number; masked_loss: number; unigram: { accuracy: number; loss: number } };
      paddingWaste: number;
    };
    // What stands around a token tells more than frequencies do.
    expect(history.losses[0]).toBeGreaterThan(4.5);
    expect(result.masked_loss).toBeLessThan(result.unigram.loss - 0.5);
    expect(result.masked_accuracy).toBeGreaterThan(result.unigram.accuracy + 0.1);
    expect(paddingWaste).toBeLessThan(0.5);
    expect(out()).toMatch(/masked tokens: \d+\.\d % right \(always the commonest: \d+\.\d %\), loss/);
    expect(out()).toContain('use it: pnpm sentiment train --model base');

    const model = await PreTrainingModel.fromPretrained(join(cwd, 'base'));
    model.dispose();
    const tokenizer = await BertTokenizer.fromPretrained(join(cwd, 'base'));
    expect(tokenizer.encode('The cat eats').tokens).toContain('cat');
    const trained = await run(
      ...['train', '--model', 'base', '--train', 'reviews.csv', '--epochs', '1', '--output', 'tuned'],
    );
    expect(trained.code).toBe(0);
  });

  it('measures a model as its pre-training did, and trains nothing', async () => {
    const measure = ['pretrain', '--corpus', 'animals.txt', '--measure-only', '--output', 'measured'];
    const sizes = ['--max-length', '32', '--batch-size', '16'];
    const { code, out } = await run(...measure, ...sizes, '--model', 'base');
    expect([code, out()]).toEqual([
      0,
      expect.stringMatching(/^masked tokens: .* right .*\nnext sentence: .*\n$/),
    ]);
    expect(readdirSync(join(cwd, 'measured'))).toEqual(['run.json']);
    const { result } = json(cwd, 'measured', 'run.json');
    const trained = json(cwd, 'base', 'run.json').result as Record<string, number>;
    const near = Object.entries(trained).map(([name, value]) => [
      name,
      typeof value === 'number' ? expect.closeTo(value, 5) : value,
    ]);
    expect(result).toEqual(Object.fromEntries(near));
    expect((await run(...measure, '--overwrite')).err()).toContain(
      '--measure-only: expected --model DIR with it',
    );
  });

  it('gives the same weights for the same seed', async () => {
    const quick = ['--max-steps', '3', '--batch-size', '8'];
    const losses = async (seed: string, output: string): Promise<unknown> => {
      await run(
        'pretrain',
        '--corpus',
        'animals.txt.gz',
        ...small,
        ...quick,
        '--seed',
        seed,
        '--output',
        output,
      );
      return (json(cwd, output, 'run.json') as { history: { losses: unknown } }).history.losses;
    };
    const first = await losses('1', 'seed-1');
    expect(await losses('1', 'seed-1-again')).toEqual(first);
    expect(await losses('2', 'seed-2')).not.toEqual(first);
  });

  it('word embeddings of a new model begin as co-occurrences say, those of special tokens at random', async () => {
    const initial = ['--initial-embeddings', 'co-occurrence', '--initializer-range', '0.05'];
    const nothing = ['--max-steps', '1', '--learning-rate', '1e-12'];
    const rest = ['--corpus', 'animals.txt', ...small, ...initial, ...nothing, '--output', 'placed'];
    const { code, err } = await run('pretrain', ...rest);
    expect([code, err()]).toEqual([0, expect.stringMatching(/word embeddings: \d+ of \d+ begin as/)]);
    const { initializer_range } = json(cwd, 'placed', 'config.json') as { initializer_range: number };
    expect(initializer_range).toBe(0.05);
    const tokenizer = await BertTokenizer.fromPretrained(join(cwd, 'placed'));
    const model = await PreTrainingModel.fromPretrained(join(cwd, 'placed'));
    const values = model.parameters.get('embeddings.word_embeddings.weight')?.dataSync() as Float32Array;
    const norm = (token: string): number => {
      const id = tokenizer.encode(token, { addSpecialTokens: false }).inputIds[0];
      return Math.hypot(...values.subarray(id * 64, (id + 1) * 64));
    };
    for (const word of ['cat', 'house']) expect(norm(word)).toBeCloseTo(0.05 * 8, 5);
    expect(Math.abs(norm('[MASK]') - 0.05 * 8)).toBeGreaterThan(1e-4);
    model.dispose();
  });

  it('options of a new model are refused beside --model', async () => {
    const rest = ['--corpus', 'animals.txt', '--model', encoder, '--output', 'odd'];
    const { code, err } = await run('pretrain', ...rest, '--hidden-size', '64');
    expect([code, err()]).toEqual([2, expect.stringMatching(/--hidden-size: expected none with --model/)]);
    expect(existsSync(join(cwd, 'odd'))).toBe(false);
  });

  it('goes on with a model on its own vocabulary, masked tokens alone, without padding', async () => {
    writeFileSync(join(cwd, 'valid.txt'), corpus(8));
    const { code, err, out } = await run(
      ...[
        'pretrain',
        '--corpus',
        'animals.txt',
        '--valid',
        'valid.txt',
        '--model',
        encoder,
        '--output',
        'more',
      ],
      ...[
        '--task',
        'masked-tokens',
        '--max-length',
        '16',
        '--max-steps',
        '2',
        '--batch-size',
        '8',
        '--whole-words',
      ],
    );
    expect(err()).toContain('with its vocabulary');
    expect(err()).toContain('valid: 8 documents');
    expect(out()).toContain(', 0.0 % padding');
    expect(out()).not.toContain('next sentence');
    expect(code).toBe(0);
    const model = await MaskedLanguageModel.fromPretrained(join(cwd, 'more'));
    model.dispose();
  });
});

describe('wrong input', () => {
  it.each([
    ['no file', ['--corpus', 'nothing.txt'], /--corpus nothing\.txt: expected a file, found nothing at/, 2],
    ['no --corpus', [], /expected --corpus FILE/, 2],
    [
      'a width that is no multiple of a head',
      ['--corpus', 'animals.txt', '--hidden-size', '100'],
      /multiple of 64/,
      1,
    ],
    [
      'too many positions',
      ['--corpus', 'animals.txt', '--model', 'ENCODER', '--max-length', '4000'],
      /at most \d+/,
      1,
    ],
  ])('%s', async (_name, argv, message, _code) => {
    const { code, err } = await run('pretrain', ...argv.map((word) => (word === 'ENCODER' ? encoder : word)));
    expect(err()).toMatch(message);
    expect(code).toBeGreaterThan(0);
  });

  it.each([
    [
      'half a gzip',
      gzipSync(corpus(60)).subarray(0, 200),
      /odd\.txt\.gz: expected text packed by gzip.*unexpected end of file/,
    ],
    [
      'text that is called gzip',
      corpus(5),
      /odd\.txt\.gz: expected text packed by gzip.*incorrect header check/,
    ],
    ['nothing', '', /expected text.*found none/],
    [
      'bytes that are no text',
      Buffer.from([0, 1, 2, 10, 255, 254, 10]),
      /nothing but 2 lines of no UTF-8 text/,
    ],
    ['one document', corpus(1), /expected at least two documents.*empty lines/],
    ['documents of one sentence', 'One cat.\n\nOne dog.\n\nOne cow.\n', /0 with more than one sentence/],
  ])('a corpus of %s', async (_name, content, message) => {
    const file = String(message).includes('gz') ? 'odd.txt.gz' : 'odd.txt';
    writeFileSync(join(cwd, file), content);
    for (const start of [['--model', encoder], small]) {
      const { code, err } = await run('pretrain', '--corpus', file, '--output', 'odd', ...start);
      expect(err()).toMatch(message);
      expect(code).toBe(1);
      expect(existsSync(join(cwd, 'odd'))).toBe(false);
    }
  });

  it('a vocabulary of another model: of another size, or one that does not know the text', async () => {
    const [larger, chinese] = ['larger', 'chinese'].map((name) => join(cwd, name));
    for (const folder of [larger, chinese]) cpSync(encoder, folder, { recursive: true });
    for (const name of ['tokenizer.json', 'special_tokens_map.json']) {
      rmSync(join(larger, name));
      rmSync(join(chinese, name));
    }
    const words = readFileSync(join(encoder, 'vocab.txt'), 'utf8').trimEnd().split('\n');
    writeFileSync(join(larger, 'vocab.txt'), [...words, 'more'].join('\n'));
    const others = words.map((word, id) => (id < 5 ? word : String.fromCodePoint(0x4e00 + id)));
    writeFileSync(join(chinese, 'vocab.txt'), others.join('\n'));
    const rest = ['--corpus', 'animals.txt', '--max-steps', '1', '--max-length', '16', '--output', 'other'];
    const refused = await run('pretrain', ...rest, '--model', 'larger');
    expect([refused.code, refused.err()]).toEqual([
      1,
      expect.stringMatching(/expected 15 tokens, as many as .*found 16.* of two models/),
    ]);
    const told = await run('pretrain', ...rest, '--model', 'chinese');
    expect(told.err()).toMatch(
      /corpus: 100 % of the tokens are \[UNK\]; is the vocabulary that of the weights/,
    );
    expect(json(cwd, 'other', 'run.json')).toMatchObject({ corpus: { unknownTokens: 2880, tokens: 2880 } });
  });

  it('a line of 100 MB and binary files among the text are passed over and counted, in little memory', async () => {
    const parts = [corpus(20), '\n\n', 'lorem ipsum '.repeat(8_500_000), '\n', corpus(10), '\n\n'];
    const file = join(cwd, 'among.txt');
    writeFileSync(file, '');
    for (const part of parts) appendFileSync(file, part);
    appendFileSync(file, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 10, 0xff, 0xfe, 0, 10]));
    appendFileSync(file, corpus(5));
    const before = process.memoryUsage().rss;
    const { code, err } = await run(
      ...['pretrain', '--corpus', 'among.txt', ...small, '--max-steps', '1', '--output', 'among'],
    );
    rmSync(file);
    expect(code).toBe(0);
    expect(err()).toContain('corpus: passed over 2 lines of no UTF-8 text');
    expect(err()).toContain('corpus: passed over 1 line of more than a megabyte');
    expect(err()).toContain('corpus: 35 documents, 280 sentences');
    // nothing of them is in the vocabulary either
    expect(readFileSync(join(cwd, 'among', 'vocab.txt'), 'utf8')).not.toMatch(/lorem|ip|ELF/);
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });

  it('passes over binary and endless lines, and counts them', async () => {
    const content = Buffer.concat([
      Buffer.from('A cat.\r\n\u0000\n'),
      Buffer.from([0xc3, 0x28, 10]),
      Buffer.alloc(3 * 2 ** 20, 'x'),
      Buffer.from('\nA dog.\n\n\nLast'),
    ]);
    writeFileSync(join(cwd, 'mixed.txt'), content);
    const counts = { binaryLines: 0, longLines: 0 };
    const found: string[][] = [];
    for await (const paragraphs of readParagraphs(join(cwd, 'mixed.txt'), counts)) found.push(paragraphs);
    expect(found).toEqual([['A cat.', 'A dog.'], ['Last']]);
    expect(counts).toEqual({ binaryLines: 2, longLines: 1 });
  });
});

describe('resume', () => {
  const options = [
    '--corpus',
    'animals.txt',
    ...small,
    '--batch-size',
    '8',
    '--max-steps',
    '6',
    '--seed',
    '3',
  ];
  /** What a run did; not how fast. */
  const history = (output: string): unknown => {
    const { history: all } = json(cwd, output, 'run.json') as { history: { history: object } };
    return { ...all, history: { ...all.history, tokensPerSecond: undefined } };
  };
  const weights = (output: string): Buffer => readFileSync(join(cwd, output, 'model.safetensors'));

  it('goes on from a checkpoint as the run that was not cut off, to the last bit', async () => {
    await run('pretrain', ...options, '--output', 'whole');
    await run('pretrain', ...options, '--save-steps', '2', '--output', 'cut', '--log', 'jsonl');
    // As after a kill between steps 4 and 6.
    for (const name of ['checkpoint-6', 'run.json', 'model.safetensors'])
      rmSync(join(cwd, 'cut', name), { recursive: true });
    const { code, err } = await run('pretrain', '--resume', 'cut');
    expect(err()).toContain('after step 4');
    expect(code).toBe(0);
    expect(history('cut')).toEqual(history('whole'));
    expect(weights('cut').equals(weights('whole'))).toBe(true);
  });

  it('refuses other options and another corpus', async () => {
    const others = await run('pretrain', '--resume', 'cut', '--seed', '4');
    expect(others.err()).toContain('--seed: expected no other option beside --resume');
    writeFileSync(join(cwd, 'animals.txt'), corpus(61));
    const changed = await run('pretrain', '--resume', 'cut');
    expect(changed.err()).toContain('a data file has changed since');
    expect([others.code, changed.code]).toEqual([2, 1]);
  });
});
