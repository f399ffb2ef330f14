import { describe, expect, it, jest } from '@jest/globals';
import type { TensorFlowLibrary, TensorFlowRuntime } from '@bertune/tensorflow';

import { startBackend } from '../src/backend.js';
import type { NativeApi } from '../src/native/start-native.js';
import { recordedIo } from './helpers/io.js';

const works = (): Promise<void> => Promise.resolve();
const broken = (name: string): Promise<void> =>
  name === 'wasm' ? Promise.reject(new Error('no SIMD')) : Promise.resolve();

function libraryIn(directory: string, source: TensorFlowLibrary['source'] = 'cache'): TensorFlowLibrary {
  return {
    directory,
    core: `${directory}/core.so`,
    framework: `${directory}/framework.so`,
    source,
    version: '2.21.0',
    cuda: false,
    cudaLibraries: [],
  };
}

/** An engine whose libraries are in the given folders; those named `bad` do not start. */
function engine(folders: readonly string[], fetched: string | Error = new Error('no pip')): NativeApi {
  const libraries = folders.map((folder) => libraryIn(folder));
  return {
    findTensorFlow: ({ rejected } = {}) =>
      Promise.resolve({
        library: libraries.find(({ core }) => !rejected?.has(core)),
        attempts: libraries.map(({ core, directory }) => ({
          place: 'cache' as const,
          path: directory,
          outcome: rejected?.has(core) ? ('unusable' as const) : ('found' as const),
          detail: rejected?.get(core) ?? 'TensorFlow 2.21.0',
        })),
      }),
    startTensorFlow: (library) =>
      library.directory.includes('bad')
        ? Promise.reject(new Error('71 functions are missing'))
        : Promise.resolve({
            version: '2.21.0',
            library,
            devices: [{ name: 'CPU:0', type: 'CPU', memoryBytes: 1 }],
          } satisfies TensorFlowRuntime),
    planTensorFlow: () => ({
      what: 'tensorflow-cpu 2.21.0',
      downloadBytes: 274e6,
      unpackedBytes: 854e6,
      directory: '/cache/entry',
      cuda: false,
    }),
    provideTensorFlow: ({ onProgress } = {}) => {
      if (fetched instanceof Error) return Promise.reject(fetched);
      onProgress?.({ stage: 'downloading', done: 274e6, total: 274e6, detail: 'x' });
      return Promise.resolve(libraryIn(fetched));
    },
  };
}

const withEngine = (api: NativeApi, environment: NodeJS.ProcessEnv = {}) => ({
  environment,
  startScript: works,
  loadNative: () => Promise.resolve(api),
});

describe('startBackend', () => {
  it('starts what was asked for and loads nothing of the others', async () => {
    const loadNative = jest.fn<() => Promise<NativeApi>>();
    const startScript = jest.fn(works);
    const backend = await startBackend('cpu', { loadNative, startScript });
    expect(backend).toMatchObject({ name: 'cpu', reason: 'asked for with --backend', notes: [] });
    expect(loadNative).not.toHaveBeenCalled();
    expect(startScript.mock.calls).toEqual([['cpu']]);
  });

  it('prefers native TensorFlow, says which, and does not touch the others', async () => {
    const startScript = jest.fn(works);
    const backend = await startBackend(undefined, { ...withEngine(engine(['/good'])), startScript });
    expect(backend).toMatchObject({
      name: 'tensorflow',
      reason: 'the default; TensorFlow 2.21.0 on CPU, from the cache, /good',
      tensorflow: { version: '2.21.0', source: 'cache', path: '/good/core.so', devices: 'CPU' },
      notes: [],
    });
    expect(backend.makeExecutor({}).name).toBe('tensorflow');
    expect(startScript).not.toHaveBeenCalled();
  });

  it('goes on to the next library when one does not start, and says why', async () => {
    const backend = await startBackend(undefined, withEngine(engine(['/bad', '/good'])));
    expect(backend.tensorflow?.path).toBe('/good/core.so');
    expect(backend.notes).toEqual(['/bad: this TensorFlow does not start: 71 functions are missing']);
  });

  it('goes on with wasm when none starts, and says what would be faster', async () => {
    const backend = await startBackend(undefined, withEngine(engine(['/bad'])));
    expect(backend.name).toBe('wasm');
    expect(backend.makeExecutor({}).name).toBe('eager');
    expect(backend.notes).toEqual(['/bad: this TensorFlow does not start: 71 functions are missing']);
    expect(backend.tip).toBe(
      'native TensorFlow would be about ten times as fast: no other TensorFlow on this machine; ' +
        'fetch it with pnpm sentiment doctor --download auto',
    );
  });

  it('fetches a library for a training, with one line about it', async () => {
    const io = recordedIo('/');
    const backend = await startBackend(undefined, {
      ...withEngine(engine([], '/fetched')),
      download: io.stderr,
    });
    expect(backend.tensorflow?.path).toBe('/fetched/core.so');
    expect(io.err()).toBe(
      'fetching native TensorFlow once: tensorflow-cpu 2.21.0 through pip, 274 MB to download and 854 MB in ' +
        '/cache/entry; --backend wasm declines\ndownloading, MB 274/274\n',
    );
  });

  it('goes on with wasm when it cannot be fetched', async () => {
    const io = recordedIo('/');
    const options = { ...withEngine(engine([], new Error('no Python.'))), download: io.stderr };
    const backend = await startBackend(undefined, options);
    expect(backend.name).toBe('wasm');
    expect(backend.tip).toContain('ten times as fast: no Python; ');
    expect(io.err()).toBe('');
  });

  it.each([
    [{ CI: 'true' }, 'CI is set; BERTUNE_DOWNLOAD=1 allows it'],
    [{ BERTUNE_DOWNLOAD: '0' }, 'BERTUNE_DOWNLOAD=0 forbids it'],
    [{ BERTUNE_TENSORFLOW: '/gone' }, 'BERTUNE_TENSORFLOW leads to none that works'],
  ])('does not fetch with %j', async (environment, why) => {
    const io = recordedIo('/');
    const options = { ...withEngine(engine([], '/fetched'), environment), download: io.stderr };
    const backend = await startBackend(undefined, options);
    expect(backend.name).toBe('wasm');
    expect(backend.tip).toContain(why);
  });

  it('fetches in CI when told to', async () => {
    const io = recordedIo('/');
    const environment = { CI: 'true', BERTUNE_DOWNLOAD: '1' };
    const options = { ...withEngine(engine([], '/fetched'), environment), download: io.stderr };
    expect((await startBackend(undefined, options)).name).toBe('tensorflow');
  });

  it('survives a binding that does not load', async () => {
    const backend = await startBackend(undefined, {
      ...withEngine(engine([])),
      loadNative: () => Promise.reject(new Error('no koffi for this system')),
    });
    expect(backend.name).toBe('wasm');
    expect(backend.tip).toContain('no koffi for this system');
  });

  it('falls back to cpu and says why', async () => {
    const options = { ...withEngine(engine([])), startScript: broken };
    expect(await startBackend(undefined, options)).toMatchObject({
      name: 'cpu',
      reason: 'wasm did not start (no SIMD)',
    });
  });

  it('does not fall back from what was asked for', async () => {
    await expect(startBackend('wasm', { startScript: broken })).rejects.toMatchObject({
      code: 'no-backend',
      exitCode: 1,
    });
    const asked = startBackend('tensorflow', withEngine(engine(['/bad'])));
    await expect(asked).rejects.toMatchObject({ code: 'no-backend' });
    await expect(asked).rejects.toThrow(
      '--backend tensorflow: expected a backend that starts, found /bad: this TensorFlow does not start: ' +
        '71 functions are missing; no other TensorFlow on this machine. Fetch it with pnpm sentiment doctor --download auto, ' +
        'or use --backend wasm.',
    );
  });
});

describe('options of compiled steps', () => {
  it.each([
    [{ mixedPrecision: true, jitCompile: false }, '--mixed-precision: '],
    [{ mixedPrecision: true, jitCompile: true }, '--mixed-precision and --jit-compile: '],
  ])('%j are refused where no native TensorFlow computes', async (steps, where) => {
    for (const asked of [undefined, 'wasm', 'cpu'] as const) {
      const start = startBackend(asked, {
        startScript: works,
        loadNative: () => Promise.resolve(engine([])),
        steps,
      });
      await expect(start).rejects.toMatchObject({ code: 'no-backend' });
      await expect(start).rejects.toThrow(where);
    }
  });

  it('that are off are not', async () => {
    const steps = { mixedPrecision: false, jitCompile: false };
    const backend = await startBackend('wasm', { startScript: works, steps });
    expect(backend.name).toBe('wasm');
  });
});
