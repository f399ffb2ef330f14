import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { chooseOutput, removeIfEmpty, shellPath, timestamp } from '../src/output-directory.js';
import { fileWith, temporaryFolder } from './helpers/files.js';

describe('output directory', () => {
  it('is named after the time, and never one that exists', () => {
    const now = new Date(2026, 0, 2, 3, 4, 5);
    expect(timestamp(now)).toBe('2026-01-02_03-04-05');
    const cwd = temporaryFolder();
    const first = chooseOutput(undefined, cwd, now);
    expect(first).toBe(join(cwd, 'runs', '2026-01-02_03-04-05'));
    mkdirSync(first, { recursive: true });
    expect(chooseOutput(undefined, cwd, now)).toBe(`${first}_2`);
    expect(chooseOutput('x', cwd)).toBe(join(cwd, 'x'));
  });

  it('is removed when nothing was written', async () => {
    const empty = temporaryFolder();
    await removeIfEmpty(empty);
    expect(existsSync(empty)).toBe(false);
    const file = fileWith('a', '');
    await removeIfEmpty(join(file, '..'));
    expect(existsSync(file)).toBe(true);
  });

  it('is shown as it can be typed', () => {
    expect(shellPath('/a/b/c', '/a')).toBe(join('b', 'c'));
    expect(shellPath('/a', '/a')).toBe('.');
    expect(shellPath('/x/my runs', '/a')).toBe('"/x/my runs"');
  });
});
