import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, jest } from '@jest/globals';

import type { FileToWrite } from '../src/files.js';
import { temporaryFolder } from './raw-safetensors.js';

/** Runs before every rename: what a process killed at that instant would leave behind. */
let atRename = (): void => undefined;

jest.unstable_mockModule('node:fs/promises', () => ({
  ...fs,
  rename: (from: string, to: string) => {
    atRename();
    return fs.rename(from, to);
  },
}));
const { files } = await import('../src/files.node.js');

const set = (names: readonly string[], content: string): FileToWrite[] =>
  names.map((name) => ({ name, content: () => [new TextEncoder().encode(content)] }));

describe('a process killed while it exchanges files', () => {
  it.each([
    [['a', 'b', 'last'], ['a', 'b', 'last'], []],
    [['a', 'last'], ['b', 'c', 'last'], ['a']],
    [
      ['b', 'c', 'last'],
      ['a', 'last'],
      ['b', 'c', 'absent'],
    ],
  ])('leaves the last of %j complete, or absent, on the way to %j', async (before, after, remove) => {
    const folder = temporaryFolder();
    await files.writeAll(folder, set(before, 'before'));
    writeFileSync(join(folder, 'vocab.txt'), 'not of the set');
    const states: string[] = [];
    atRename = () => {
      const names = readdirSync(folder).filter((name) => !name.startsWith('.') && name !== 'vocab.txt');
      states.push(names.map((name) => `${name}=${readFileSync(join(folder, name), 'utf8')}`).join(' '));
    };
    await files.writeAll(folder, set(after, 'after'), remove);
    atRename();
    const complete = states.filter((state) => state.includes('last='));
    const whole = (names: readonly string[], content: string): string =>
      names.map((name) => `${name}=${content}`).join(' ');
    expect(complete).toEqual([whole(before, 'before'), whole(after, 'after')]);
    expect(states.length).toBeGreaterThan(after.length + 1);
    expect(readdirSync(folder).sort()).toEqual([...after, 'vocab.txt'].sort());
  });

  it('leaves the former or the new file when there is only one', async () => {
    const folder = temporaryFolder();
    await files.writeAll(folder, set(['a'], 'before'));
    const states: string[] = [];
    atRename = () => void states.push(readFileSync(join(folder, 'a'), 'utf8'));
    await files.writeAll(folder, set(['a'], 'after'));
    atRename();
    expect(states).toEqual(['before', 'after']);
  });
});
