import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { cacheDirectory } from '../../src/library/cache.js';
import { findTensorFlow } from '../../src/library/find.js';
import {
  coreName,
  fill,
  frameworkName,
  installedTensorFlow,
  script,
  sharedObject,
  temporaryFolder,
} from './fakes.js';

const pair = { [coreName]: sharedObject('core'), [frameworkName]: sharedObject('framework') };
const otherProcessor = process.arch === 'x64' ? 'arm64' : 'x64';

/** Nothing of this machine: no Python, no cache. */
function bare(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { PATH: '', HOME: temporaryFolder(), ...more };
}

/** A folder with a `python3` that says where its tensorflow is. */
function pythonThatSays(folder: string): string {
  const bin = temporaryFolder();
  script(bin, 'python3', `echo "folder:${folder}"`);
  return bin;
}

/** A cache with one complete entry. */
function filledCache(name: string, version: string, cuda = false): string {
  const cache = temporaryFolder();
  addEntry(cache, name, version, cuda);
  return cache;
}

function addEntry(cache: string, name: string, version: string, cuda = false): void {
  const entry = fill(join(cache, name), {
    [`tensorflow/${coreName}`]: pair[coreName] ?? '',
    [`tensorflow/${frameworkName}`]: pair[frameworkName] ?? '',
  });
  const files = Object.entries(pair).map(([file, { length }]) => ({
    path: `tensorflow/${file}`,
    size: length,
    sha256: '0',
  }));
  writeFileSync(
    join(entry, 'manifest.json'),
    JSON.stringify({ format: 1, version, platform: 'x', cuda, wheels: [], files }),
  );
}

const id = `${process.platform}-${process.arch}`;

describe('findTensorFlow', () => {
  it('finds nothing where there is nothing, and says where it looked', async () => {
    const { library, attempts } = await findTensorFlow({ environment: bare() });
    expect(library).toBeUndefined();
    expect(attempts.map(({ place, outcome }) => [place, outcome])).toEqual([
      ['environment', 'absent'],
      ['cache', 'absent'],
      ['tfjs-node', 'absent'],
      ['python', 'absent'],
    ]);
    expect(attempts.at(-1)?.detail).toBe('no python3 or python on the path');
  });

  it('takes the places in their order, and none twice', async () => {
    const option = fill(temporaryFolder(), pair);
    const named = fill(temporaryFolder(), { 'lib/x': '', ...Object.fromEntries(Object.entries(pair).map(([name, content]) => [`lib/${name}`, content])) }); // prettier-ignore
    const cache = filledCache(`tensorflow-2.21.0-${id}`, '2.21.0');
    const python = installedTensorFlow(temporaryFolder(), '2.19.0');
    const environment = bare({
      BERTUNE_TENSORFLOW: named,
      BERTUNE_CACHE: cache,
      PATH: pythonThatSays(join(python, 'tensorflow')),
    });
    const rejected = new Map<string, string>();
    const found: (string | undefined)[][] = [];
    for (;;) {
      const { library } = await findTensorFlow({ directory: option, environment, rejected });
      if (!library) break;
      found.push([library.source, library.directory, library.version]);
      rejected.set(library.core, 'does not load');
    }
    expect(found).toEqual([
      ['option', option, undefined],
      ['environment', join(named, 'lib'), undefined],
      ['cache', join(cache, `tensorflow-2.21.0-${id}`, 'tensorflow'), '2.21.0'],
      ['python', join(python, 'tensorflow'), '2.19.0'],
    ]);
    const { attempts } = await findTensorFlow({ directory: option, environment, rejected });
    expect(attempts.filter(({ detail }) => detail === 'does not load')).toHaveLength(4);
  });

  it('stops at the first unless it is to look everywhere', async () => {
    const environment = bare({ BERTUNE_TENSORFLOW: fill(temporaryFolder(), pair) });
    expect((await findTensorFlow({ environment })).attempts).toHaveLength(1);
    const all = await findTensorFlow({ environment, everywhere: true });
    expect(all.attempts).toHaveLength(4);
    expect(all.library?.source).toBe('environment');
  });

  const small = Buffer.from('#!/bin/sh\n');
  const cut = sharedObject('core').subarray(0, 70);
  it.each([
    [
      'a file that is no library',
      { ...pair, [coreName]: small },
      'is no shared library of this system (10 bytes)',
    ],
    ['an empty file', { ...pair, [coreName]: Buffer.alloc(0) }, 'is no shared library'],
    ['another processor', { ...pair, [frameworkName]: sharedObject('', otherProcessor) }, `for another processor (${otherProcessor}`], // prettier-ignore
    ['a library that is cut off', { ...pair, [coreName]: cut }, 'is cut off: 70 of at least'],
    ['one without its framework', { [coreName]: sharedObject() }, `is there without ${frameworkName}`],
    ['a folder without any', { 'readme.txt': small }, `no ${coreName} or`],
  ])('does not take %s', async (_, files, detail) => {
    const named = fill(temporaryFolder(), files);
    const { library, attempts } = await findTensorFlow({ environment: bare({ BERTUNE_TENSORFLOW: named }) });
    expect(library).toBeUndefined();
    expect(attempts[0]?.detail).toContain(detail);
  });

  it('names what is wrong with a named folder that is not there, or is a file', async () => {
    const folder = fill(temporaryFolder(), { file: '' });
    const missing = await findTensorFlow({ directory: join(folder, 'gone'), environment: bare() });
    expect(missing.attempts[0]).toMatchObject({ outcome: 'absent', detail: 'there is no such folder' });
    const file = await findTensorFlow({ directory: join(folder, 'file'), environment: bare() });
    expect(file.attempts[0]).toMatchObject({ outcome: 'unusable' });
  });

  it('does not take a half-written entry of the cache', async () => {
    const name = `tensorflow-2.21.0-${id}`;
    const cache = filledCache(name, '2.21.0');
    truncateSync(join(cache, name, 'tensorflow', coreName), 100);
    const cutOff = await findTensorFlow({ environment: bare({ BERTUNE_CACHE: cache }) });
    expect(cutOff.library).toBeUndefined();
    expect(cutOff.attempts[1]?.detail).toMatch(/has 100 bytes instead of \d+/);
    writeFileSync(join(cache, name, 'manifest.json'), '{"format": 1, "fil');
    const damaged = await findTensorFlow({ environment: bare({ BERTUNE_CACHE: cache }) });
    expect(damaged.attempts[1]?.detail).toBe('its manifest.json is damaged');
    mkdirSync(join(cache, `tensorflow-2.20.0-${id}`));
    const empty = await findTensorFlow({ environment: bare({ BERTUNE_CACHE: cache }) });
    expect(empty.attempts[2]?.detail).toBe('it has no manifest.json, so it is not complete');
  });

  it('prefers the pinned version in the cache, then the newest, and only those of this system', async () => {
    const cache = temporaryFolder();
    for (const version of ['2.9.0', '2.22.0', '2.21.0'])
      addEntry(cache, `tensorflow-${version}-${id}`, version);
    addEntry(cache, 'tensorflow-2.21.0-other-arch', '2.21.0');
    addEntry(cache, `tensorflow-2.21.0-${id}.partial-abc`, '2.21.0');
    const { attempts } = await findTensorFlow({
      cacheDirectory: cache,
      environment: bare(),
      everywhere: true,
    });
    expect(attempts.filter(({ place }) => place === 'cache').map(({ detail }) => detail)).toEqual([
      'TensorFlow 2.21.0',
      'TensorFlow 2.22.0',
      'TensorFlow 2.9.0',
    ]);
  });

  it('asks every Python, the virtual environment first', async () => {
    const first = installedTensorFlow(temporaryFolder(), '2.20.0');
    const second = installedTensorFlow(temporaryFolder(), '2.19.0');
    const active = temporaryFolder();
    script(join(active, 'bin'), 'python', `echo noise; echo "folder:${join(first, 'tensorflow')}"`);
    const environment = bare({
      VIRTUAL_ENV: active,
      PATH: `${pythonThatSays('')}:${pythonThatSays(join(second, 'tensorflow'))}`,
    });
    const { library, attempts } = await findTensorFlow({ environment, everywhere: true });
    expect(library?.version).toBe('2.20.0');
    expect(attempts.filter(({ place }) => place === 'python').map(({ outcome }) => outcome)).toEqual([
      'found',
      'absent',
      'found',
    ]);
  });

  it('is not held up by a Python that hangs, crashes or is no Python 3', async () => {
    const hangs = temporaryFolder();
    // The shell's child keeps the pipe open when the shell is killed.
    script(hangs, 'python3', '/bin/sleep 60');
    const crashes = temporaryFolder();
    script(crashes, 'python3', 'kill -SEGV $$');
    const fails = temporaryFolder();
    script(fails, 'python', 'echo "SyntaxError: invalid syntax" >&2; exit 1');
    const begin = performance.now();
    const { attempts } = await findTensorFlow({
      environment: bare({ PATH: `${hangs}:${crashes}:${fails}` }),
    });
    expect(performance.now() - begin).toBeLessThan(20_000);
    expect(attempts.filter(({ place }) => place === 'python').map(({ detail }) => detail)).toEqual([
      'no answer within 5 s',
      'it does not run (it must be Python 3)',
      'it does not run (it must be Python 3)',
    ]);
  });

  it('recognises CUDA, and lists the libraries that lie beside it, dependencies first', async () => {
    const root = installedTensorFlow(temporaryFolder());
    fill(root, {
      'tensorflow/python/platform/build_info.py': 'build_info = {"is_cuda_build": True, "x": 1}\n',
      'nvidia/cudnn/lib/libcudnn.so.9': '',
      'nvidia/cudnn/lib/libcudnn_ops.so.9': '',
      'nvidia/cublas/lib/libcublas.so.12': '',
      'nvidia/cuda_runtime/lib/libcudart.so.12': '',
    });
    const { library } = await findTensorFlow({ directory: root, environment: bare() });
    expect(library?.cuda).toBe(true);
    expect(library?.cudaLibraries.map((file) => file.slice(root.length + 1))).toEqual([
      'nvidia/cuda_runtime/lib/libcudart.so.12',
      'nvidia/cublas/lib/libcublas.so.12',
      'nvidia/cudnn/lib/libcudnn.so.9',
    ]);
  });

  it('reads the version of tfjs-node from the name that its link leads to', async () => {
    const folder = fill(temporaryFolder(), { [frameworkName]: sharedObject() });
    const old = frameworkName.replace('_framework', '');
    const full = process.platform === 'darwin' ? 'libtensorflow.2.9.1.dylib' : 'libtensorflow.so.2.9.1';
    fill(folder, { [full]: sharedObject() });
    symlinkSync(full, join(folder, old));
    const { library } = await findTensorFlow({ directory: folder, environment: bare() });
    expect(library).toMatchObject({ version: '2.9.1', core: join(folder, old) });
  });
});

describe('cacheDirectory', () => {
  it('follows BERTUNE_CACHE, then XDG_CACHE_HOME when it is absolute, then the home', () => {
    expect(cacheDirectory({ BERTUNE_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' })).toBe('/a');
    expect(cacheDirectory({ XDG_CACHE_HOME: '/b', HOME: '/c' })).toBe('/b/bertune');
    const inHome = process.platform === 'darwin' ? '/c/Library/Caches/bertune' : '/c/.cache/bertune';
    expect(cacheDirectory({ XDG_CACHE_HOME: 'b', HOME: '/c' })).toBe(inHome);
  });
});
