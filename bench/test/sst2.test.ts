import { beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { accuracyRow } from '../src/benchmarks/finetune-sst2.js';
import { main } from '../src/main.js';
import type { Report } from '../src/report.js';
import { keepsPromise } from '../src/row.js';
import { runOurs } from '../src/run-ours.js';
import { withSst2 } from '../src/sst2/data.js';
import { secondsPerStep } from '../src/sst2/speed.js';
import { recordedIo } from './io.js';

const TEXTS = Array.from({ length: 24 }, (_, i) => [
  `${i % 2}`,
  `a "${i % 2 ? 'fine' : 'dull'}" film , no ${i}`,
]);

/** A folder like ../shared with an SST-2 of a few made-up texts. */
function makeShared(folder: string, rows: readonly (readonly string[])[] = TEXTS): NodeJS.ProcessEnv {
  const sst2 = join(folder, 'data', 'sst2');
  mkdirSync(sst2, { recursive: true });
  for (const [name, header] of [
    ['train', 'label\tsentence'],
    ['dev', 'label\tcontent'],
  ])
    writeFileSync(
      join(sst2, `${name}.tsv`),
      `${[header, ...rows.map((row) => row.join('\t'))].join('\n')}\n`,
    );
  return { BERTUNE_SHARED: folder };
}

describe('seconds of a step', () => {
  it('are those after the skipped ones', () => {
    expect(secondsPerStep('ours', [10, 12, 13, 14, 18], 2)).toBe(2); // 12 to 18 are three steps
  });

  it.each([
    [[1, 2], 2],
    [[1, 3, 2], 1],
    [[1, NaN, 2], 1],
    [[], 1],
    [[1, 2, 3], 0],
  ])('of %j without the first %d are refused', (ends, skipped) => {
    expect(() => secondsPerStep('ours', ends, skipped)).toThrow(/ours: expected the times of more than/);
  });
});

describe('the row of accuracies', () => {
  const of = { examples: 872, epochs: 2, isPromised: true };

  it.each([
    [0.905, 0.911, true],
    [0.911, 0.905, true],
    [0.904, 0.904, false],
    [0.906, 0.9135, false],
    [0.92, 0.912, false],
  ])('of %d against %d keeps the promise: %j', (ours, peer, holds) => {
    const row = accuracyRow([ours], [peer], of);
    expect(keepsPromise(row)).toBe(holds);
    expect(row.note).toContain(`${(100 * (ours - peer)).toFixed(2)} points`);
  });

  it('promises nothing in a smoke run', () => {
    expect(keepsPromise(accuracyRow([0.1], [0.9], { ...of, isPromised: false }))).toBeUndefined();
  });
});

describe('SST-2', () => {
  let place: ReturnType<typeof recordedIo>;
  let env: NodeJS.ProcessEnv;
  beforeAll(() => {
    place = recordedIo();
    env = makeShared(place.cwd);
  });

  it('becomes CSV with the texts as they are, and leaves no folder', async () => {
    let place = '';
    const written = await withSst2(env, ({ train, valid, folder }) => {
      place = folder;
      return Promise.resolve([train, valid].map((file) => readFileSync(file, 'utf8')));
    });
    expect(written[0].split('\n').slice(0, 2)).toEqual(['text,label', '"a ""dull"" film , no 0",0']);
    expect(written[1]).toBe(written[0]);
    expect(existsSync(place)).toBe(false);
  });

  it('that is absent or of another form is refused with file and line', async () => {
    const never = (): Promise<never> => Promise.reject(new Error('called'));
    await expect(withSst2({ BERTUNE_SHARED: '/no/such' }, never)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/\/no\/such\/data\/sst2\/train.tsv is missing. BERTUNE_SHARED/),
    });
    const other = makeShared(join(place.cwd, 'other'), [
      ['0', 'fine'],
      ['positive', 'good'],
    ]);
    await expect(withSst2(other, never)).rejects.toMatchObject({
      message: expect.stringMatching(/train.tsv, line 3: expected 0 or 1, a tab and a text, found "positive/),
    });
  });

  it('is asked for a model', async () => {
    const io = { ...recordedIo(), env };
    expect(await main(['finetune', '--only', 'sst2'], io)).toBe(2);
    expect(io.errLines.join('\n')).toContain('--model DIR');
  });

  it('is trained on, speed and accuracy apart (our side as built in dist)', async () => {
    const model = join(place.cwd, 'model');
    await withSst2(env, ({ train }) =>
      runOurs({ kind: 'make-model', directory: model, texts: train, length: 128, layers: 1, hidden: 32 }),
    );
    const io = { ...recordedIo(), env };
    const argv = ['finetune', '--smoke', '--only', 'sst2', '--model', model, '--json', 'figures.json'];
    expect([await main(argv, io), io.errLines.join('\n')]).toEqual([0, expect.stringContaining('complete')]);
    const report = JSON.parse(readFileSync(join(io.cwd, 'figures.json'), 'utf8')) as Report;
    expect(report.rows.map(({ name, unit }) => [name, unit])).toEqual([
      ['finetune, sst2 speed, steps 2 to 3 of 8', 'ms'],
      ['finetune, sst2 accuracy after 1 epochs', 'share'],
    ]);
    for (const { ours } of report.rows) expect(ours).toBeGreaterThan(0);
  });
});
