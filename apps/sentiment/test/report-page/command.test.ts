import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseHTML } from 'linkedom';

import { json, reviewsFolder, runIn } from '../helpers/command.js';

// Seconds on a free machine; others share this one.
jest.setTimeout(120_000);

let cwd = '';
let encoder = '';

beforeAll(async () => {
  ({ cwd, encoder } = await reviewsFolder());
});

const documentOf = (...path: string[]): Document =>
  parseHTML(readFileSync(join(cwd, ...path), 'utf8')).document;
const train = (...more: string[]): ReturnType<typeof runIn> =>
  runIn(cwd, [
    'train',
    '--train',
    'reviews.csv',
    '--model',
    encoder,
    '--test',
    'test.csv',
    '--max-steps',
    '2',
    ...more,
  ]);

describe('report.html', () => {
  it('comes with every training: its figures, options and mistakes, each token of these with its part', async () => {
    const { code, err } = await train('--output', 'run');
    expect(code).toBe(0);
    expect(err()).toContain('report: run/report.html');
    const { result } = json(cwd, 'run', 'run.json') as { result: { report: { accuracy: number } } };
    const document = documentOf('run', 'report.html');
    expect(document.querySelector('h1')?.textContent).toBe('run');
    expect(document.querySelector('.card dd')?.textContent).toContain(result.report.accuracy.toFixed(4));
    expect(document.body.textContent).toContain('--max-steps');
    const wrong = Math.round(20 * (1 - result.report.accuracy));
    expect(wrong).toBeGreaterThan(0);
    const articles = [...document.querySelectorAll('article')];
    expect(articles).toHaveLength(wrong);
    for (const article of articles) {
      expect(article.textContent).toMatch(/completeness\s+error/);
      expect(article.querySelectorAll('mark').length).toBeGreaterThan(2);
    }
  });

  it('is not worth a run: where it cannot be written that is said, and all else is there', async () => {
    mkdirSync(join(cwd, 'taken', 'report.html'), { recursive: true });
    writeFileSync(join(cwd, 'taken', 'report.html', 'in-the-way'), '');
    const { code, err, out } = await train('--output', 'taken', '--overwrite');
    expect(code).toBe(0);
    expect(err()).toMatch(/^no report\.html: .*(EISDIR|ENOTEMPTY|EEXIST|directory)/m);
    expect(out()).toContain('test accuracy');
    expect(readdirSync(join(cwd, 'taken'))).toContain('model.safetensors');
    expect(readdirSync(join(cwd, 'taken')).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('is written by evaluate where it is asked for, without the curves of a training', async () => {
    const { code, err, out } = await runIn(cwd, [
      ...['evaluate', '--model', 'run', '--test', 'test.csv', '--html', 'measured.html', '--json'],
    ]);
    expect(code).toBe(0);
    expect(err()).toContain('report: measured.html');
    expect(JSON.parse(out())).toMatchObject({ kind: 'classification' });
    const document = documentOf('measured.html');
    expect(document.querySelector('h1')?.textContent).toBe('Evaluation of run');
    const headings = [...document.querySelectorAll('h3')].map(({ textContent }) => textContent);
    expect(headings).toContain('Confusion matrix');
    expect(headings).not.toContain('Learning rate');
  });

  it.each(['regression', 'multi-label', 'sigmoid'])('fits a task of %s', async (task) => {
    const labels = { regression: ['1.5', '4'], 'multi-label': ['a', 'b|c'], sigmoid: ['no', 'yes'] }[task];
    const rows = Array.from(
      { length: 24 },
      (_, at) => `the film was ${at % 2 ? 'good' : 'bad'}.,${labels?.[(at + (at % 5 === 0 ? 1 : 0)) % 2]}`,
    );
    writeFileSync(join(cwd, `${task}.csv`), `text,label\n${rows.join('\n')}\n`);
    const { code, err } = await runIn(cwd, [
      ...[
        'train',
        '--train',
        `${task}.csv`,
        '--valid',
        `${task}.csv`,
        '--test',
        `${task}.csv`,
        '--task',
        task,
        '--model',
        encoder,
      ],
      ...['--max-steps', '2', '--output', task],
    ]);
    expect(code).toBe(0);
    expect(err()).toContain(`report: ${task}/report.html`);
    const articles = [...documentOf(task, 'report.html').querySelectorAll('article')];
    expect(articles.length).toBeGreaterThan(0);
    for (const article of articles) expect(article.textContent).toMatch(/completeness\s+error/);
  });
});
