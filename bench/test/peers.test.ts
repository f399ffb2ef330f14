import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, it } from '@jest/globals';

const PEERS = fileURLToPath(new URL('../peers/', import.meta.url));
const python = spawnSync('python3', ['-c', 'import sys; print(*sys.stdlib_module_names)'], {
  encoding: 'utf8',
});
const modules = python.status === 0 ? python.stdout.trim().split(' ') : [];
const run = modules.length > 0 ? it : it.skip;

// Python looks for modules beside the script first: a tokenize.py there keeps PyTorch from being imported.
run('no script of the peers has the name of a module of Python (needs python3)', () => {
  const scripts = readdirSync(PEERS).filter((name) => name.endsWith('.py'));
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter((name) => modules.includes(name.replace(/\.py$/, '')))).toEqual([]);
});
