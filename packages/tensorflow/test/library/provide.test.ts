import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { buildFor, type Build } from '../../src/library/builds.js';
import { verifyCached } from '../../src/library/cache.js';
import { findTensorFlow } from '../../src/library/find.js';
import { planTensorFlow, provideBuild } from '../../src/library/provide.js';
import type { ProvideProgress } from '../../src/library/provide-options.js';
import {
  coreName,
  fakeBuild,
  fakePip,
  fill,
  frameworkName,
  script,
  temporaryFolder,
  wheel,
  wheelFiles,
  zip,
} from './fakes.js';

const wheelName = 'tensorflow_cpu-2.21.0-py3-none-any.whl';
const good = wheel('tensorflow_cpu-2.21.0', wheelFiles);

function callsOf({ calls }: { readonly calls: string }): string[] {
  return existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
}

/** A folder for the cache, and a pip that serves one wheel. */
function setUp(content: Buffer = good, options: Parameters<typeof fakePip>[1] = {}) {
  const wheels = fill(temporaryFolder(), { [wheelName]: content });
  const pip = fakePip(wheels, options);
  const cacheDirectory = join(temporaryFolder(), 'cache');
  return { wheels, pip, cacheDirectory, options: { cacheDirectory, environment: pip.environment } };
}

/** Nothing under the final name, and nothing half-done beside it. */
function expectNothingIn(cache: string): void {
  const names = existsSync(cache) ? readdirSync(cache).filter((name) => name !== 'downloads') : [];
  expect(names).toEqual([]);
}

describe('provideTensorFlow', () => {
  it('downloads, takes what is needed, checks it, and needs nothing the next time', async () => {
    const { pip, cacheDirectory, options } = setUp();
    const stages: string[] = [];
    const library = await provideBuild(fakeBuild, {
      ...options,
      onProgress: ({ stage, done, total }: ProvideProgress) => {
        expect(done).toBeLessThanOrEqual(total);
        if (stages.at(-1) !== stage) stages.push(stage);
      },
    });
    const entry = join(cacheDirectory, fakeBuild.entry);
    expect(stages).toEqual(['downloading', 'unpacking']);
    expect(library).toMatchObject({
      directory: join(entry, 'tensorflow'),
      core: join(entry, 'tensorflow', coreName),
      framework: join(entry, 'tensorflow', frameworkName),
      source: 'cache',
      version: '2.21.0',
      cuda: false,
    });
    expect(readdirSync(join(entry, 'tensorflow')).sort()).toEqual(
      ['LICENSE', 'THIRD_PARTY_NOTICES.txt', coreName, frameworkName].sort(),
    );
    expect(readFileSync(library.core)).toEqual(wheelFiles[`tensorflow/${coreName}`]);
    expect(JSON.parse(readFileSync(join(entry, 'manifest.json'), 'utf8'))).toMatchObject({
      version: '2.21.0',
      wheels: [wheelName],
    });
    expect(readdirSync(cacheDirectory)).toEqual([fakeBuild.entry]);
    // No Python now: what is in the cache is enough.
    const environment = { PATH: '' };
    expect(await provideBuild(fakeBuild, { cacheDirectory, environment })).toEqual(library);
    expect((await findTensorFlow({ cacheDirectory, environment })).library).toEqual(library);
    expect(callsOf(pip)).toHaveLength(1);
    expect(await verifyCached(library.directory)).toBeUndefined();
    writeFileSync(library.core, Buffer.alloc(readFileSync(library.core).length));
    expect(await verifyCached(library.directory)).toContain('its SHA-256 is another one');
  });

  it('asks pip for the very wheel, without an index of its own and without long waits', async () => {
    const { pip, options } = setUp();
    await provideBuild(fakeBuild, options);
    const [call = ''] = callsOf(pip);
    expect(call).toMatch(/^-m pip download --no-deps --only-binary=:all: /);
    for (const part of ['--retries=1', '--timeout=15', '--python-version=3.12', '--platform=any'])
      expect(call).toContain(part);
    expect(call).toMatch(/ tensorflow-cpu==2\.21\.0$/);
    expect(call).not.toMatch(/index-url|https?:|find-links|resume-retries/);
    const recent = setUp(good, { version: '25.1' });
    await provideBuild(fakeBuild, recent.options);
    expect(callsOf(recent.pip)[0]).toContain('--resume-retries=10');
  });

  it('keeps the wheel when the unpacking is interrupted, and goes on from it', async () => {
    const { pip, cacheDirectory, options } = setUp();
    const controller = new AbortController();
    const interrupted = provideBuild(fakeBuild, {
      ...options,
      signal: controller.signal,
      onProgress: ({ done, total }) => {
        if (done > 0 && done < total) controller.abort();
      },
    });
    await expect(interrupted).rejects.toMatchObject({ name: 'LibraryError', code: 'aborted' });
    expectNothingIn(cacheDirectory);
    expect(readdirSync(join(cacheDirectory, 'downloads', fakeBuild.entry))).toEqual([wheelName]);
    await provideBuild(fakeBuild, options);
    expect(callsOf(pip)).toHaveLength(1);
    expect(existsSync(join(cacheDirectory, 'downloads'))).toBe(false);
  });

  const core = `tensorflow/${coreName}`;
  const otherSum: Build = {
    ...fakeBuild,
    members: {
      ...fakeBuild.members,
      [core]: { size: wheelFiles[core]?.length ?? 0, sha256: 'f'.repeat(64) },
    },
  };
  const { [core]: _, ...withoutCore } = wheelFiles;
  it.each<[string, Buffer, Build, string]>([
    ['no zip archive', Buffer.from('<html>Please log in</html>'), fakeBuild, 'a readable zip archive'],
    ['cut off', good.subarray(0, good.length - 100), fakeBuild, 'a readable zip archive'],
    ['another content than its record says', wheel('tensorflow_cpu-2.21.0', wheelFiles, { lies: { [core]: 'x' } }), fakeBuild, `${core} with SHA-256`], // prettier-ignore
    ['another content than is pinned', good, otherSum, `SHA-256 ${'f'.repeat(64)}`],
    ['without the library', wheel('tensorflow_cpu-2.21.0', withoutCore), fakeBuild, `the member ${core}`],
    ['no wheel', zip(wheelFiles), fakeBuild, 'a Python wheel with its RECORD'],
    ['names outside the folder', wheel('tensorflow_cpu-2.21.0', { ...wheelFiles, '../evil': 'x' }), fakeBuild, 'invalid relative path'], // prettier-ignore
  ])('does not take a wheel that is %s, and keeps nothing of it', async (_name, content, build, message) => {
    const { cacheDirectory, options } = setUp(content);
    const failed = provideBuild(build, options);
    await expect(failed).rejects.toMatchObject({ code: 'bad-wheel' });
    await expect(failed).rejects.toThrow(message);
    expectNothingIn(cacheDirectory);
    expect(existsSync(join(cacheDirectory, 'downloads', build.entry))).toBe(false);
  });

  it('downloads anew when the wheel that was kept is damaged', async () => {
    const { pip, cacheDirectory, options } = setUp();
    fill(join(cacheDirectory, 'downloads', fakeBuild.entry), { [wheelName]: good.subarray(0, 500) });
    await provideBuild(fakeBuild, options);
    expect(callsOf(pip)).toHaveLength(1);
  });

  it('replaces a half-written entry and takes away what killed processes left', async () => {
    const { cacheDirectory, options } = setUp();
    fill(cacheDirectory, {
      [`${fakeBuild.entry}/tensorflow/${coreName}`]: 'half',
      [`${fakeBuild.entry}.partial-Ab3/tensorflow/${coreName}`]: 'half',
      [`downloads/${fakeBuild.entry}/pip/tmp/${wheelName}`]: 'half',
    });
    const library = await provideBuild(fakeBuild, options);
    expect(readFileSync(library.core)).toEqual(wheelFiles[core]);
    expect(readdirSync(cacheDirectory)).toEqual([fakeBuild.entry]);
  });

  it('lets one of two do the work while the other waits, and says so once', async () => {
    const { pip, options } = setUp(good, { before: '/bin/sleep 1' });
    const said: string[] = [];
    const onProgress = ({ stage, detail }: ProvideProgress): void => {
      if (stage === 'waiting') said.push(detail);
    };
    const both = await Promise.all([
      provideBuild(fakeBuild, { ...options, onProgress }),
      provideBuild(fakeBuild, { ...options, onProgress }),
    ]);
    expect(both[0]).toEqual(both[1]);
    expect(callsOf(pip)).toHaveLength(1);
    expect(said).toEqual([`process ${process.pid} on ${hostname()}`]);
  });

  it.each([
    ['a process that is gone', JSON.stringify({ pid: 2 ** 30, host: hostname(), nonce: 'x' }), {}],
    ['another machine that is gone', JSON.stringify({ pid: 1, host: 'elsewhere', nonce: 'x' }), { patience: 600 }], // prettier-ignore
    ['nobody knows whom', '', { patience: 600 }],
  ])('takes over the lock of %s', async (_name, content, lock) => {
    const { cacheDirectory, options } = setUp();
    fill(cacheDirectory, { [`${fakeBuild.entry}.lock`]: content });
    const library = await provideBuild(fakeBuild, options, lock);
    expect(library.source).toBe('cache');
    expect(readdirSync(cacheDirectory)).toEqual([fakeBuild.entry]);
  });

  it('leaves the lock of a living process alone until it is told to end', async () => {
    const { cacheDirectory, options } = setUp();
    const content = JSON.stringify({ pid: process.pid, host: hostname(), nonce: 'x' });
    fill(cacheDirectory, { [`${fakeBuild.entry}.lock`]: content });
    const waiting = provideBuild(fakeBuild, { ...options, signal: AbortSignal.timeout(800) });
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    expect(readFileSync(join(cacheDirectory, `${fakeBuild.entry}.lock`), 'utf8')).toBe(content);
  });

  it('needs room, and says how much', async () => {
    const { pip, options } = setUp();
    const failed = provideBuild({ ...fakeBuild, unpackedBytes: 1e18 }, options);
    await expect(failed).rejects.toMatchObject({ code: 'disk-full' });
    await expect(failed).rejects.toThrow(/expected 1000000000\.0 GB free .* BERTUNE_CACHE/);
    expect(callsOf(pip)).toHaveLength(0);
  });

  it('needs a cache that can be written, and says which variable moves it', async () => {
    const { options } = setUp();
    const file = join(fill(temporaryFolder(), { file: '' }), 'file');
    const failed = provideBuild(fakeBuild, { ...options, cacheDirectory: join(file, 'cache') });
    await expect(failed).rejects.toMatchObject({ code: 'cache-not-writable' });
    await expect(failed).rejects.toThrow(/BERTUNE_CACHE/);
  });
});

describe('provideTensorFlow with CUDA', () => {
  const build: Build = { ...fakeBuild, entry: `${fakeBuild.entry}-cuda`, package: 'tensorflow', cuda: true };
  let wheels: string;
  beforeAll(() => {
    wheels = fill(temporaryFolder(), {
      'tensorflow-2.21.0-py3-none-any.whl': wheel('tensorflow-2.21.0', wheelFiles, {
        metadata: [
          'Requires-Dist: numpy>=1.26.0',
          'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
          'Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"',
          'Requires-Dist: something; extra == "gcs-filesystem"',
          '',
        ].join('\n'),
      }),
      'nvidia_cublas_cu12-12.9.3.13-py3-none-any.whl': wheel('nvidia_cublas_cu12-12.9.3.13', {
        'nvidia/cublas/lib/libcublas.so.12': 'cublas',
        'nvidia/cublas/include/cublas.h': 'not wanted',
        'nvidia_cublas_cu12-12.9.3.13.dist-info/licenses/License.txt': 'terms',
      }),
      'nvidia_cudnn_cu12-9.28.0.42-py3-none-any.whl': wheel('nvidia_cudnn_cu12-9.28.0.42', {
        'nvidia/cudnn/lib/libcudnn.so.9': 'cudnn',
      }),
    });
  });

  it("unpacks NVIDIA's libraries where TensorFlow looks for them, and keeps their licences", async () => {
    const pip = fakePip(wheels);
    const cacheDirectory = temporaryFolder();
    const library = await provideBuild(build, { cacheDirectory, environment: pip.environment });
    const entry = join(cacheDirectory, build.entry);
    expect(library.cuda).toBe(true);
    expect(library.cudaLibraries).toEqual([
      join(entry, 'nvidia/cublas/lib/libcublas.so.12'),
      join(entry, 'nvidia/cudnn/lib/libcudnn.so.9'),
    ]);
    expect(readFileSync(join(entry, 'licenses/nvidia_cublas_cu12.txt'), 'utf8')).toBe('terms');
    expect(existsSync(join(entry, 'nvidia/cublas/include'))).toBe(false);
    expect(callsOf(pip).map((call) => call.split(' ').at(-1))).toEqual([
      'tensorflow==2.21.0',
      'nvidia-cublas-cu12<13.0,>=12.5.3.2',
      'nvidia-cudnn-cu12<10.0,>=9.3.0.75',
    ]);
  });

  it('does not download again what came before it was cut off', async () => {
    const half = fill(temporaryFolder(), {
      'tensorflow-2.21.0-py3-none-any.whl': readFileSync(join(wheels, 'tensorflow-2.21.0-py3-none-any.whl')),
    });
    const cacheDirectory = temporaryFolder();
    const first = fakePip(half);
    const failed = provideBuild(build, { cacheDirectory, environment: first.environment });
    await expect(failed).rejects.toMatchObject({ code: 'not-in-index' });
    const second = fakePip(wheels);
    await provideBuild(build, { cacheDirectory, environment: second.environment });
    expect(callsOf(second)).toHaveLength(2);
  });
});

describe('planTensorFlow', () => {
  const supported = ['linux-x64', 'linux-arm64', 'darwin-arm64'].includes(
    `${process.platform}-${process.arch}`,
  );
  (supported ? it : it.skip)(
    'says what would come where, and does nothing (needs a system with a wheel)',
    () => {
      const bin = temporaryFolder();
      const plan = planTensorFlow({
        cacheDirectory: '/cache',
        environment: { PATH: bin },
        accelerator: 'cpu',
      });
      expect(plan.what).toMatch(/^tensorflow(-cpu)? 2\.21\.0$/);
      expect(plan.directory).toBe(`/cache/tensorflow-2.21.0-${process.platform}-${process.arch}`);
      expect(plan.downloadBytes).toBeGreaterThan(2e8);
    },
  );

  (process.platform === 'linux' && process.arch === 'x64' ? it : it.skip)(
    'takes CUDA where an NVIDIA driver is (needs Linux on x64)',
    () => {
      const bin = temporaryFolder();
      script(bin, 'nvidia-smi', 'exit 1');
      expect(planTensorFlow({ environment: { PATH: bin } })).toMatchObject({
        what: 'tensorflow 2.21.0 with its CUDA packages',
        cuda: true,
      });
      const hidden = planTensorFlow({ environment: { PATH: bin, CUDA_VISIBLE_DEVICES: '' } });
      expect(hidden.cuda).toBe(false);
    },
  );

  it('refuses systems without a wheel', () => {
    for (const id of ['win32-x64', 'darwin-x64', 'linux-ia32']) {
      expect(() => buildFor(id, false)).toThrow(`found ${id}. Set BERTUNE_TENSORFLOW`);
    }
    expect(() => buildFor('darwin-arm64', true)).toThrow('found darwin-arm64 with CUDA');
  });
});
