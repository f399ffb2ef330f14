import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from '@jest/globals';

import { temporaryFolder } from './helpers/files.js';

const launcher = fileURLToPath(new URL('../scripts/launch.mjs', import.meta.url));

function launch(argv: readonly string[], env: Record<string, string> = {}, input = '') {
  // The test runner has built already; a build inside a build would wait for itself.
  return spawnSync(process.execPath, [launcher, ...argv], {
    cwd: join(launcher, '..'),
    encoding: 'utf8',
    env: { ...process.env, BERTUNE_NO_BUILD: '1', ...env },
    input,
  });
}

it('no script runs before or after another one by its name: pnpm takes `pretrain` for what comes before `train`', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const hooks = Object.keys(scripts).flatMap((name) => [`pre${name}`, `post${name}`]);
  expect(hooks.filter((name) => name in scripts)).toEqual([]);
});

describe('scripts/launch.mjs', () => {
  it('takes relative paths from INIT_CWD', () => {
    const folder = temporaryFolder();
    const { status, stdout } = launch(['data', '--output', 'reviews'], { INIT_CWD: folder });
    expect(status).toBe(0);
    expect(stdout.split('\n')[0]).toBe(join(folder, 'reviews', 'train.csv'));
    expect(existsSync(join(folder, 'reviews', 'train.csv'))).toBe(true);
  });

  it('keeps exit codes and streams apart', () => {
    const wrong = launch(['train', '--epoch', '3']);
    expect([wrong.status, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('Did you mean --epochs?');
    const version = launch(['--version']);
    expect([version.status, version.stderr]).toEqual([0, '']);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
