import { afterEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Scratch } from './scratch.js';

const script = fileURLToPath(new URL('../sum-counts.mjs', import.meta.url));

describe('sum-counts', () => {
  const scratch = new Scratch();
  afterEach(() => scratch.dispose());

  const run = (passed: number, failed: number) =>
    spawnSync(process.execPath, [script, scratch.root, String(passed), String(failed)], { encoding: 'utf8' });

  it('adds packages and steps, names failures and skips, and ends with the totals', () => {
    const counts = {
      package: 'bert',
      passed: 5,
      failed: 0,
      skipped: 3,
      failures: [],
      skips: { 'a (why)': 3 },
    };
    scratch.write({ 'a.json': JSON.stringify(counts) });
    expect(run(2, 0)).toMatchObject({
      status: 0,
      stdout: 'skipped: bert: a (why) (3 tests)\n7 passed, 0 failed, 3 skipped\n',
    });
    expect(run(2, 1)).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/\n7 passed, 1 failed, 3 skipped\n$/),
    });
    scratch.write({
      'b.json': JSON.stringify({
        package: 'x',
        passed: 1,
        failed: 1,
        skipped: 0,
        failures: ['it'],
        skips: {},
      }),
    });
    expect(run(2, 0)).toMatchObject({
      status: 1,
      stdout: 'failed: x: it\nskipped: bert: a (why) (3 tests)\n8 passed, 1 failed, 3 skipped\n',
    });
  });
});
