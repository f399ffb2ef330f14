import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';

import type { Examination } from '../../src/doctor/examine.js';
import { tryBackend } from '../../src/doctor/try-backend.js';
import { runIn } from '../helpers/command.js';
import { fileWith, temporaryFolder } from '../helpers/files.js';

/** Headers of a shared library, so that it looks right, and nothing in it. */
function hollowLibrary(): Buffer {
  const head = Buffer.alloc(128);
  head.writeUInt32BE(0x7f454c46, 0);
  head.set([2, 1, 1], 4);
  head.writeUInt16LE(3, 16);
  head.writeUInt16LE(process.arch === 'x64' ? 62 : 183, 18);
  head.writeBigUInt64LE(64n, 40);
  head.writeUInt16LE(64, 58);
  head.writeUInt16LE(1, 60);
  return head;
}

afterEach(() => {
  delete process.env.BERTUNE_TENSORFLOW;
});

describe('sentiment doctor', () => {
  it('says what computes where there is no TensorFlow, and how to get it', async () => {
    const { code, out, err } = await runIn(temporaryFolder(), ['doctor']);
    expect(code).toBe(0);
    expect(err()).toBe('');
    expect(out()).toMatch(/^backend: wasm \(no native TensorFlow that works was found\)\n/);
    expect(out()).toMatch(/wasm +WebAssembly, one thread: works/);
    expect(out()).toContain('no python3 or python on the path');
    expect(out()).toContain('BERTUNE_DOWNLOAD=0 forbids it');
    expect(out()).toContain('pnpm sentiment doctor --download auto');
  });

  it('prints the same as JSON', async () => {
    const { code, out } = await runIn(temporaryFolder(), ['doctor', '--json']);
    expect(code).toBe(0);
    const found = JSON.parse(out()) as Examination;
    expect(found.backend).toBe('wasm');
    expect(found.trials.cpu?.works).toBe(true);
    expect(found.versions).toMatchObject({
      node: process.versions.node,
      '@tensorflow/tfjs-node-gpu': '4.22.0',
    });
    expect(found.versions.koffi).toMatch(/^\d+\.\d+\.\d+$/);
    expect(found.attempts.map(({ place }) => place)).toEqual(['environment', 'cache', 'tfjs-node', 'python']);
  });

  (process.platform === 'linux' ? it : it.skip)(
    'loads what looks right, and says why it does not work (needs Linux)',
    async () => {
      const folder = temporaryFolder();
      for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
        writeFileSync(join(folder, name), hollowLibrary());
      process.env.BERTUNE_TENSORFLOW = folder;
      const { code, out } = await runIn(temporaryFolder(), ['doctor']);
      expect(code).toBe(0);
      expect(out()).toMatch(/^backend: wasm/);
      expect(out()).toMatch(/native TensorFlow: does not work: .*libtensorflow_\w+\.so\.2/);
      expect(out()).toMatch(/environment +unusable: /);
      expect(out()).toContain('correct or unset BERTUNE_TENSORFLOW');
    },
  );

  it('cannot fetch without Python, and says so', async () => {
    const { code, err } = await runIn(temporaryFolder(), ['doctor', '--download', 'cpu']);
    expect(code).toBe(1);
    expect(err()).toMatch(/^error: .*expected .*(python3 with pip|one of linux-x64)/);
  });
});

describe('tryBackend', () => {
  it.each([
    ['crashes', "process.stderr.write('bad address\\n', () => process.kill(process.pid, 'SIGSEGV')); setInterval(() => {}, 1e3);", 'it crashes (SIGSEGV): bad address'], // prettier-ignore
    ['ends early', 'process.exit(3)', 'it ends with code 3'],
    ['says nothing', '', 'it ends with code 0'],
  ])('survives a library that %s', async (_name, program, why) => {
    expect(await tryBackend('tensorflow', undefined, fileWith('check.mjs', program))).toEqual({
      works: false,
      why,
    });
  });
});
