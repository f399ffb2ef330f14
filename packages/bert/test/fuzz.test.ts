import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from '@jest/globals';

const script = fileURLToPath(new URL('fuzz/run.mjs', import.meta.url));

/** Exit code and output of `pnpm test:fuzz` with these arguments. */
function fuzz(...args: string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const parts: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => void parts.push(text));
    child.on('close', (code) => resolve({ code, output: parts.join('') }));
  });
}

// One million of them are the script `test:fuzz`.
describe('inputs that are wrong in every way', () => {
  it('are read or refused with a typed error', async () => {
    const { code, output } = await fuzz('--count', '6000', '--seed', '1', '--workers', '2');
    expect([code, output]).toEqual([0, output]);
    const targets = /threads: (.*)/.exec(output)?.[1].split(', ') ?? [];
    expect(targets).toEqual(expect.arrayContaining(['safetensors', 'torch-archive', 'tensor-bundle']));
    for (const target of targets) {
      // A target whose inputs are all good, or all bad at the first look, tries nothing.
      const answers = output.split('\n').filter((line) => line.startsWith(`  ${target} `));
      expect([target, answers.some((line) => line.startsWith(`  ${target} ok `))]).toEqual([target, true]);
      expect(answers.length).toBeGreaterThan(2);
    }
  });

  it('are the same for the same seed', async () => {
    const lines = async (seed: string): Promise<string[]> => {
      const { output } = await fuzz('--count', '300', '--seed', seed, '--workers', '1');
      return output.split('\n').filter((line) => line.startsWith('  '));
    };
    const first = await lines('7');
    expect(await lines('7')).toEqual(first);
    expect(await lines('8')).not.toEqual(first);
  });
});

describe('a reader that is wrong', () => {
  it.each([
    ['type-error', 'untyped error'],
    ['allocation', 'allocation'],
    ['message', 'message'],
    ['heap', 'crash'],
    ['hang', 'hang', '1'],
  ])('is found: %s', async (name, what, longest = '60') => {
    const { code, output } = await fuzz(
      '--target',
      `planted-${name}`,
      '--count',
      '3',
      '--longest',
      longest,
      '--workers',
      '1',
    );
    expect([code, output]).toEqual([1, expect.stringContaining(`planted-${name}, input 0: ${what}:`)]);
    expect(output).toContain('again with: ');
  });
});

it('says what is wrong with its arguments', async () => {
  for (const args of [
    ['--cuont', '3'],
    ['--count', 'x'],
    ['--target', 'none'],
  ]) {
    expect((await fuzz(...args)).code).toBe(2);
  }
});
