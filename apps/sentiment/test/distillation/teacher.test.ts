import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expectClose } from '@bertune/testkit';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';

import { startBackend } from '../../src/backend.js';
import { readByTeacher } from '../../src/distillation/teacher-logits.js';
import { openTeaching } from '../../src/distillation/teaching.js';
import { main } from '../../src/main.js';
import { loadTrained } from '../../src/model/load-trained.js';
import { scoreExamples } from '../../src/model/score.js';
import { makeEagerExecutor } from '../../src/model/shapes.js';
import { searchableOptions, trialOptions } from '../../src/tune/tune-options.js';
import { temporaryFolder } from '../helpers/files.js';
import { recordedIo } from '../helpers/io.js';
import { expectSameRun } from '../helpers/same-run.js';
import { reviewsCsv, tinyEncoder, words } from '../helpers/tiny-model.js';

jest.setTimeout(120_000);

let cwd: string;
let encoder: string;
let student: string[];

/** Reviews with some of the four words that say what they mean. */
function reviewsWith(...words: string[]): string {
  const [header, ...rows] = reviewsCsv(60).trim().split('\n');
  const chosen = rows.filter((row) => words.some((word) => row.includes(` ${word}.`)));
  return `${[header, ...chosen].join('\n')}\n`;
}

beforeAll(async () => {
  cwd = temporaryFolder();
  encoder = await tinyEncoder();
  const files = {
    'all.csv': reviewsCsv(60),
    'plain.csv': reviewsWith('bad', 'good'),
    'strong.csv': reviewsWith('awful', 'great'),
    'texts.jsonl': reviewsWith('awful', 'great')
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => `${JSON.stringify({ text: row.split(',')[0] })}\n`)
      .join(''),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  // Of another size, and with another vocabulary.
  const large = await tinyEncoder({ hiddenSize: 32, ofWords: [...words].reverse() });
  const teacher = ['train', '--train', 'all.csv', '--model', large, '--backend', 'wasm', '--epochs', '6'];
  const how = ['--batch-size', '8', '--learning-rate', '3e-2', '--dropout', '0', '--max-length', '24'];
  const trained = await command(...teacher, ...how, '--output', 'teacher');
  expect([trained.code, trained.out]).toEqual([0, expect.stringContaining('accuracy: 1.0000')]);
  const start = ['train', '--train', 'plain.csv', '--backend', 'wasm', '--model', encoder];
  student = [...start, '--batch-size', '8', '--epochs', '8', '--learning-rate', '1e-2'];
});

async function command(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = recordedIo(cwd);
  const code = await main(argv, io);
  return { code, out: io.out(), err: io.err() };
}

interface RunJson {
  readonly options: Record<string, unknown>;
  readonly examples: Record<string, number>;
  readonly history: { readonly losses: number[]; readonly history: Record<string, number[]> };
  readonly result: { readonly report: { readonly accuracy: number } };
}

const run = (output: string): RunJson =>
  JSON.parse(readFileSync(join(cwd, output, 'run.json'), 'utf8')) as RunJson;

describe('what a teacher says', () => {
  it('is its logits of every text, by its own vocabulary, in the classes of the student', async () => {
    const { makeExecutor } = await startBackend('wasm');
    const rows = reviewsWith('awful', 'good').trim().split('\n').slice(1);
    const examples = rows.map((row) => ({ text: row.split(',')[0], target: [-100] }));
    for (const at of [0, 1]) examples[at] = { ...examples[at], target: [1] }; // good, which is so, and awful
    const of = (names: string[]): ReturnType<typeof openTeaching> =>
      openTeaching(
        { teacher: 'teacher' },
        { labels: { task: 'single-label', names }, columns: { text: 'text' }, cwd },
      );
    const [teaching, reversed] = [await of(['neg', 'pos']), await of(['pos', 'neg'])];
    if (!teaching || !reversed) throw new Error('no teacher');
    const io = recordedIo(cwd);
    const how = {
      sizing: { batchSize: 7 },
      makeExecutor,
      sink: io.stderr,
      signal: new AbortController().signal,
    };
    const { values, columns } = await readByTeacher(teaching, examples, how);
    expect(io.err()).toMatch(/teacher: 60 texts read in \d+s; it gives 50.0 % of the training examples/);
    expect(columns).toBe(2);
    const loaded = await loadTrained(join(cwd, 'teacher'), undefined);
    const scores = await scoreExamples(loaded, examples, { batchSize: 32, makeExecutor: makeEagerExecutor });
    loaded.model.dispose();
    const probabilities = Float32Array.from(
      values,
      (logit, at) => 1 / (1 + Math.exp(values[at ^ 1] - logit)),
    );
    expectClose(probabilities, scores.values, { atol: 1e-5 }, 'probabilities');
    const other = await readByTeacher(reversed, examples, how);
    expect(other.values).toEqual(values.map((_, at) => values[at ^ 1]));
  });
});

describe('train --teacher', () => {
  it('with weight 0 is the training without a teacher, and else another, whose options are recorded', async () => {
    const quick = [...student, '--max-steps', '12', '--dropout', '0'];
    expect((await command(...quick, '--output', 'alone')).code).toBe(0);
    expect(run('alone').options).not.toHaveProperty('temperature');
    const taught = [...quick, '--teacher', 'teacher'];
    const { code, err } = await command(...taught, '--distillation-weight', '0', '--output', 'labels');
    expect([code, err]).toEqual([0, expect.stringMatching(/--teacher teacher --distillation-weight 0/)]);
    expectClose(run('labels').history.losses, run('alone').history.losses, { atol: 1e-4 }, 'losses');
    expect((await command(...taught, '--temperature', '3', '--output', 'taught')).code).toBe(0);
    const { history, options, examples } = run('taught');
    expect(options).toMatchObject({ teacher: 'teacher', temperature: 3, distillationWeight: 0.5 });
    expect(examples).toMatchObject({ train: 56, unlabelled: 0, valid: 4 });
    expect(Math.abs(history.losses[0] - run('alone').history.losses[0])).toBeGreaterThan(1e-2);
    // The features of a frozen encoder are kept beside what the teacher says.
    const frozen = [...taught, '--freeze', 'encoder', '--temperature', '3'];
    expect((await command(...frozen, '--output', 'frozen')).code).toBe(0);
    expect((await command(...frozen, '--cache-features', '--output', 'cached')).code).toBe(0);
    expectClose(run('cached').history.losses, run('frozen').history.losses, { atol: 1e-4 }, 'losses');
  });

  it('learns from texts without labels what the labels do not say', async () => {
    const measured = [...student, '--dropout', '0', '--valid', 'plain.csv', '--test', 'strong.csv'];
    const balanced = [...measured, '--class-weights', 'balanced', '--teacher', 'teacher'];
    expect((await command(...balanced, '--output', 'ignorant')).code).toBe(0);
    const { code, err } = await command(...balanced, '--unlabelled', 'texts.jsonl', '--output', 'knowing');
    expect([code, err]).toEqual([0, expect.stringMatching(/unlabelled: 60 texts of texts.jsonl/)]);
    expect(err).toMatch(/teacher: 120 texts read/);
    expect(run('knowing').examples).toMatchObject({ train: 60, unlabelled: 60 });
    expect(run('ignorant').result.report.accuracy).toBeLessThan(0.8);
    expect(run('knowing').result.report.accuracy).toBe(1);
  });

  it('goes on from a checkpoint to the last bit, and not with another teacher or other texts', async () => {
    cpSync(join(cwd, 'teacher'), join(cwd, 'changing'), { recursive: true });
    const texts = readFileSync(join(cwd, 'texts.jsonl'), 'utf8');
    writeFileSync(join(cwd, 'changing.jsonl'), texts);
    const given = [...student, '--dropout', '0.1', '--save-steps', '20', '--accumulate', '2'];
    const argv = [...given, '--teacher', 'changing', '--unlabelled', 'changing.jsonl'];
    expect((await command(...argv, '--output', 'whole')).code).toBe(0);
    expect((await command(...argv, '--output', 'cut')).code).toBe(0);
    const [first] = readdirSync(join(cwd, 'cut')).filter((name) => name.startsWith('checkpoint-'));
    const again = ['train', '--resume', join('cut', first)];
    expect(await command(...again)).toMatchObject({ code: 0 });
    expectSameRun(join(cwd, 'cut'), join(cwd, 'whole'));

    writeFileSync(join(cwd, 'changing.jsonl'), `${texts}${JSON.stringify({ text: 'one more' })}\n`);
    const changed = { code: 1, err: expect.stringMatching(/a data file has changed since, or the model/) };
    expect(await command(...again)).toMatchObject(changed);
    writeFileSync(join(cwd, 'changing.jsonl'), texts);
    const config = join(cwd, 'changing', 'config.json');
    writeFileSync(config, `${readFileSync(config, 'utf8')}\n`);
    expect(await command(...again)).toMatchObject(changed);
  });

  it('runs folds, and says what their figures hang on; an estimate does not wait for the teacher', async () => {
    const quick = [...student, '--max-steps', '2', '--teacher', 'teacher'];
    const folds = await command(...quick, '--folds', '2', '--output', 'folds');
    expect([folds.code, folds.err]).toEqual([
      0,
      expect.stringContaining('has not learnt from what is held out'),
    ]);
    const estimate = await command(...quick, '--estimate-only', '--unlabelled', 'texts.jsonl');
    expect(estimate.code).toBe(0);
    expect(estimate.err).toMatch(/teacher: what it takes to read 116 texts first is not in the estimate/);
    expect(estimate.err).not.toContain('texts read');
    expect(estimate.out).toMatch(/2 steps/);
  });

  it('ends at Ctrl-C while the teacher reads, and leaves nothing', async () => {
    const controller = new AbortController();
    const io = recordedIo(cwd, '', controller.signal);
    const stderr = {
      write(line: string) {
        if (line.startsWith('teacher: ')) controller.abort();
        return io.stderr.write(line);
      },
    };
    const code = await main([...student, '--teacher', 'teacher', '--output', 'ended'], { ...io, stderr });
    expect([code, io.err()]).toEqual([
      1,
      expect.stringMatching(/what the teacher says of all texts.*Ctrl-C/),
    ]);
    expect(existsSync(join(cwd, 'ended'))).toBe(false);
  });

  it('searches how to distil, not by whom', () => {
    expect(Object.keys(trialOptions)).toEqual(expect.arrayContaining(['teacher', 'unlabelled']));
    expect(Object.keys(searchableOptions)).toEqual(
      expect.arrayContaining(['distillationWeight', 'temperature']),
    );
    expect(Object.keys(searchableOptions)).not.toContain('teacher');
    expect(Object.keys(searchableOptions)).not.toContain('unlabelled');
  });
});

describe('wrong use', () => {
  it.each<[string, string[], number, RegExp]>([
    ['no teacher', ['--temperature', '2'], 2, /--temperature: expected --teacher DIR with it/],
    ['texts alone', ['--unlabelled', 'texts.jsonl'], 2, /--unlabelled: expected --teacher DIR/],
    ['a folder that is not there', ['--teacher', 'nowhere'], 2, /--teacher: .*none at .*nowhere/],
    ['a folder without a model', ['--teacher', '.'], 2, /--teacher: .*no config.json/],
    ['no head', ['--teacher', 'ENCODER'], 1, /--teacher: .*an encoder without a head/],
    ['a temperature of 0', ['--teacher', 'teacher', '--temperature', '0'], 2, /--temperature.*above 0/],
    ['a negative one', ['--teacher', 'teacher', '--temperature=-1'], 2, /--temperature.*above 0/],
    [
      'a weight above 1',
      ['--teacher', 'teacher', '--distillation-weight', '1.1'],
      2,
      /at least 0 and of at most 1/,
    ],
    ['sigmoids', ['--teacher', 'teacher', '--task', 'sigmoid'], 2, /--task single-label.*--task sigmoid/],
    ['numbers', ['--teacher', 'teacher', '--task', 'regression'], 2, /found --task regression/],
    [
      'a missing file',
      ['--teacher', 'teacher', '--unlabelled', 'nowhere.csv'],
      2,
      /--unlabelled nowhere.csv/,
    ],
    ['a file without texts', ['--teacher', 'teacher', '--unlabelled', 'odd.csv'], 2, /a column 'text'/],
    ['other classes', ['--teacher', 'teacher', '--train', 'named.csv'], 1, /no, yes.*found 2: neg, pos/],
    [
      'more classes',
      ['--teacher', 'teacher', '--train', 'three.csv'],
      1,
      /3: neg, odd, pos.*found 2: neg, pos/,
    ],
  ])('%s is refused', async (_name, options, code, message) => {
    writeFileSync(join(cwd, 'odd.csv'), 'words,label\na,neg\n');
    writeFileSync(join(cwd, 'named.csv'), reviewsCsv(20, ['no', 'yes']));
    writeFileSync(join(cwd, 'three.csv'), `${reviewsCsv(20)}${'odd one,odd\nodd two,odd\n'.repeat(6)}`);
    const argv = options.map((each) => (each === 'ENCODER' ? encoder : each));
    const given = argv.includes('--train')
      ? student.filter((each) => !['--train', 'plain.csv'].includes(each))
      : student;
    const result = await command(...given, ...argv, '--output', 'refused');
    expect([result.code, result.err]).toEqual([code, expect.stringMatching(message)]);
    expect(existsSync(join(cwd, 'refused'))).toBe(false);
  });
});
