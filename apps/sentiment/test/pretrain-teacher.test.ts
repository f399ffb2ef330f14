import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expectClose } from '@bertune/testkit';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { makeEagerExecutor } from '../src/model/shapes.js';
import {
  keepEmbeddings,
  keptEmbeddings,
  loadTeacher,
  removeEmbeddings,
  teach,
  teachingHash,
} from '../src/pretrain/teacher.js';
import { json, reviewsFolder, runIn } from './helpers/command.js';
import { temporaryFolder } from './helpers/files.js';

// Seconds on a free machine; others share this one.
jest.setTimeout(120_000);

let cwd = '';
let encoder = '';
const run = (...argv: string[]): ReturnType<typeof runIn> => runIn(cwd, argv);

/** Documents whose sentences say something good or bad of films or food, in words that the teacher knows. */
function corpus(documents: number): string {
  return Array.from({ length: documents }, (_, at) => {
    const subject = at % 2 === 0 ? 'the film' : 'the food';
    return `${subject} was good. ${subject} was${' very'.repeat(at % 4)} bad.\ngreat\nThe end of it was awful.`;
  }).join('\n\n');
}

const student = ['--layers', '1', '--hidden-size', '64', '--vocabulary-size', '100', '--max-length', '24'];
const taught = ['pretrain', '--corpus', 'films.txt', '--task', 'masked-tokens', '--batch-size', '16'];
const quick = [...student, '--passes', '4', '--learning-rate', '0.003', '--dropout', '0'];
const keptFile = 'teacher-embeddings.safetensors';

beforeAll(async () => {
  ({ cwd, encoder } = await reviewsFolder());
  writeFileSync(join(cwd, 'films.txt'), corpus(80));
});

describe('pretrain --teacher', () => {
  it("learns the teacher's embeddings beside the masked tokens, on a vocabulary of its own, and train starts from it", async () => {
    const { code, out, err } = await run(...taught, ...quick, '--teacher', encoder, '--output', 'student');
    const [, sentences, passedOver] = /teacher: (\d+) sentences; (\d+) of one token/.exec(err()) ?? [];
    expect(Number(sentences) + Number(passedOver)).toBe(240);
    expect(err()).toContain(`teacher: ${sentences} of ${sentences} sentences embedded`);
    expect(code).toBe(0);
    const { result } = json(cwd, 'student', 'run.json') as {
      result: { teacher_similarity: number; masked_loss: number; unigram: { loss: number } };
    };
    expect(result.teacher_similarity).toBeGreaterThan(0.95);
    expect(result.masked_loss).toBeLessThan(result.unigram.loss);
    expect(out()).toMatch(/teacher: cosine similarity 0\.9/);
    expect(readdirSync(join(cwd, 'student'))).not.toContain(keptFile);
    const trained = await run(
      ...['train', '--model', 'student', '--train', 'reviews.csv', '--epochs', '1', '--output', 'tuned'],
    );
    expect([trained.code, trained.err()]).toEqual([0, expect.not.stringContaining('pooler')]);
  });

  it("is measured on the teacher's embeddings of the validation text too", async () => {
    const measure = [...taught, '--measure-only', '--model', 'student', '--max-length', '24'];
    const { code, out } = await run(...measure, '--teacher', encoder, '--output', 'measured');
    expect([code, out()]).toEqual([0, expect.stringMatching(/teacher: cosine similarity 0\.9/)]);
    expect(readdirSync(join(cwd, 'measured'))).toEqual(['run.json']);
  });

  it('goes on from a checkpoint as the run that was not cut off, to the last bit', async () => {
    const options = [...taught, ...quick, '--teacher', encoder, '--save-steps', '6', '--seed', '3'];
    expect((await run(...options, '--output', 'whole')).code).toBe(0);
    const checkpoints = readdirSync(join(cwd, 'whole')).filter((name) => name.startsWith('checkpoint-'));
    const [first] = checkpoints.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    cpSync(join(cwd, 'whole', first), join(cwd, 'cut', first), { recursive: true });
    const { code, err } = await run('pretrain', '--resume', 'cut');
    expect([code, err()]).toEqual([0, expect.stringContaining(`after step ${first.slice(11)}`)]);
    const weights = (name: string): Buffer => readFileSync(join(cwd, name, 'model.safetensors'));
    expect(weights('cut').equals(weights('whole'))).toBe(true);
  });

  it('keeps embeddings for a run that is resumed, and takes none of another teacher or other sentences', async () => {
    const teacher = await loadTeacher(encoder);
    const sentences = ['the film was good', 'the food was very very bad'];
    const job = { batchSize: 2, makeExecutor: makeEagerExecutor, sink: { write: () => true } };
    const embeddings = await teach(teacher, sentences, { ...job, signal: new AbortController().signal });
    const hash = teachingHash(teacher, sentences);
    const folder = temporaryFolder();
    expect(await keptEmbeddings(folder, hash)).toBeUndefined();
    await keepEmbeddings(folder, embeddings, hash);
    expect(await keptEmbeddings(folder, hash)).toEqual(embeddings);
    expect(await keptEmbeddings(folder, teachingHash(teacher, [...sentences].reverse()))).toBeUndefined();
    const bias = teacher.encoder.bert.parameters.get('encoder.layer.0.output.dense.bias') as tf.Variable;
    tf.tidy(() => {
      bias.assign(tf.ones(bias.shape));
    });
    expect(await keptEmbeddings(folder, teachingHash(teacher, sentences))).toBeUndefined();
    await removeEmbeddings(folder);
    expect(readdirSync(folder)).toEqual([]);
    teacher.encoder.dispose();
  });

  it('gives what the teacher makes of each sentence alone', async () => {
    const teacher = await loadTeacher(encoder);
    const sentences = ['the food was very very bad', 'great', 'the film was good', 'the film was good'];
    const job = {
      makeExecutor: makeEagerExecutor,
      sink: { write: () => true },
      signal: new AbortController().signal,
    };
    const { values, width } = await teach(teacher, sentences, { ...job, batchSize: 3 });
    expect(width).toBe(16);
    for (const [at, text] of sentences.entries()) {
      const alone = await teach(teacher, [text], { ...job, batchSize: 1 });
      expectClose(values.subarray(at * width, (at + 1) * width), alone.values, { atol: 1e-5 }, text);
      expect(Math.hypot(...alone.values)).toBeCloseTo(4, 5); // the root of the width
    }
    teacher.encoder.dispose();
  });

  it('refuses both tasks, a teacher that is none, and text without sentences', async () => {
    const both = await run('pretrain', '--corpus', 'films.txt', '--teacher', encoder, '--output', 'x');
    expect([both.code, both.err()]).toEqual([
      2,
      expect.stringMatching(/--teacher: expected --task masked-tokens/),
    ]);
    const none = await run(...taught, '--teacher', 'nowhere', '--output', 'x');
    expect([none.code, none.err()]).toEqual([1, expect.stringContaining('nowhere')]);
    writeFileSync(
      join(cwd, 'long.txt'),
      corpus(4).replaceAll('was', 'was very'.repeat(9)).replaceAll('. ', ', '),
    );
    const long = await run(
      ...[
        'pretrain',
        '--corpus',
        'long.txt',
        '--task',
        'masked-tokens',
        '--teacher',
        encoder,
        '--output',
        'x',
      ],
      ...student,
      ...['--max-length', '16'],
    );
    expect([long.code, long.err()]).toEqual([
      1,
      expect.stringMatching(/expected sentences of 2 to 14 tokens, found none/),
    ]);
    expect(readdirSync(cwd)).not.toContain('x');
  });
});
