import { describe, expect, it } from '@jest/globals';

import { advise } from '../../src/doctor/advise.js';
import type { Examination } from '../../src/doctor/examine.js';
import { formatExamination } from '../../src/doctor/format.js';

const gpu = { name: 'NVIDIA H100', memory: '81559 MiB', driver: '550.54.15' };
const library = {
  directory: '/tf',
  core: '/tf/core',
  framework: '/tf/framework',
  source: 'cache' as const,
  version: '2.21.0',
  cuda: false,
  cudaLibraries: [],
};
const cpu = { type: 'CPU', name: 'CPU:0' };

const best: Examination = {
  backend: 'tensorflow',
  library,
  attempts: [{ place: 'cache', path: '/tf', outcome: 'found', detail: 'TensorFlow 2.21.0' }],
  trials: {
    tensorflow: { works: true, version: '2.21.0', devices: [cpu], startMilliseconds: 348 },
    wasm: { works: true, startMilliseconds: 60 },
    cpu: { works: true, startMilliseconds: 3 },
  },
  machine: {
    system: 'linux x64, 6.8',
    cpu: 'A processor',
    processors: 4,
    threads: 4,
    features: ['avx2'],
    memoryBytes: 16e9,
    availableBytes: 12e9,
    gpus: [],
  },
  versions: { node: '20.20.2' },
  cache: { directory: '/cache', bytes: 854e6 },
  download: { allowed: true, why: 'it is', what: 'tensorflow-cpu 2.21.0' },
  advice: [],
};

const working = (devices = [cpu], version = '2.21.0') =>
  ({ works: true, version, devices, startMilliseconds: 1 }) as const;

describe('advise', () => {
  it('has nothing to say about the best', () => {
    expect(advise(best, {})).toEqual([]);
  });

  it.each<[string, Partial<Examination>, NodeJS.ProcessEnv, RegExp]>([
    [
      'no library',
      { backend: 'wasm', library: undefined, trials: {} },
      {},
      /--download auto {3}\(tensorflow-cpu/,
    ],
    [
      'a variable that leads nowhere',
      { backend: 'wasm', library: undefined, trials: {} },
      { BERTUNE_TENSORFLOW: '/gone' },
      /correct or unset BERTUNE_TENSORFLOW/,
    ],
    [
      'a GPU that is not used',
      { machine: { ...best.machine, gpus: [gpu] } },
      {},
      /--download cuda .*NVIDIA H100/,
    ],
    [
      'a GPU that TensorFlow does not see',
      { machine: { ...best.machine, gpus: [gpu] }, library: { ...library, cuda: true } },
      {},
      /does not see the NVIDIA H100.*driver 550/,
    ],
    ['an old library', { trials: { tensorflow: working([cpu], '2.9.1') } }, {}, /TensorFlow 2\.9\.1 is old/],
    ['few processors', { machine: { ...best.machine, threads: 1 } }, {}, /more than 1 of the 4/],
    ['little memory', { machine: { ...best.machine, availableBytes: 1e9 } }, {}, /less than 4 GB/],
  ])('helps with %s', (_name, change, environment, line) => {
    expect(advise({ ...best, ...change }, environment)[0]).toMatch(line);
  });

  it('is content with a GPU in use', () => {
    const change = {
      machine: { ...best.machine, gpus: [gpu] },
      library: { ...library, cuda: true },
      trials: { tensorflow: working([cpu, { type: 'GPU', name: 'GPU:0' }]) },
    };
    expect(advise({ ...best, ...change }, {})).toEqual([]);
  });
});

describe('formatExamination', () => {
  it('says what was chosen and why, what was looked at, and what to do', () => {
    const text = formatExamination(best).join('\n');
    expect(text).toMatch(/^backend: tensorflow \(from the cache, \/tf\)\n/);
    expect(text).toContain('native TensorFlow: works, TensorFlow 2.21.0 on CPU (started in 348 ms)');
    expect(text).toContain('cache  found: TensorFlow 2.21.0 (/tf)');
    expect(text).toContain('nothing to do: the fastest backend for this machine is in use');
    const crashed = { works: false, why: 'it crashes (SIGSEGV)' } as const;
    const worse = {
      ...best,
      backend: undefined,
      library: undefined,
      trials: { tensorflow: crashed },
      advice: ['x'],
    };
    const bad = formatExamination(worse).join('\n');
    expect(bad).toContain('backend: none works (see below)');
    expect(bad).toContain('does not work: it crashes (SIGSEGV)');
    expect(bad).toContain('WebAssembly, one thread: not there');
  });
});
