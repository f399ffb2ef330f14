import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { buildFor, type Build } from './builds.js';
import { cacheDirectory, lookInEntry } from './cache.js';
import { asLibraryError } from './disk.js';
import { LibraryError } from './errors.js';
import { fillEntry } from './fill-entry.js';
import type { TensorFlowLibrary } from './library.js';
import { acquireLock, type LockOptions } from './lock.js';
import { finishedWheel } from './pip.js';
import { hasNvidia, platformOf } from './platform.js';
import type { ProvideOptions } from './provide-options.js';
import { checkSystem } from './system.js';

/** What `provideTensorFlow` would do. */
export interface DownloadPlan {
  /** For example `tensorflow-cpu 2.21.0`. */
  readonly what: string;
  /** Bytes to download, about. */
  readonly downloadBytes: number;
  /** Bytes in the cache afterwards, about. */
  readonly unpackedBytes: number;
  /** Absolute path of the folder that it goes to. */
  readonly directory: string;
  /** Whether it comes with CUDA. */
  readonly cuda: boolean;
}

/**
 * What `provideTensorFlow` would fetch with the same options, to tell people beforehand. Does nothing.
 * @throws LibraryError `unsupported-platform`
 */
export function planTensorFlow(options: ProvideOptions = {}): DownloadPlan {
  const build = chooseBuild(options);
  return {
    what: `${build.package} ${build.version}${build.cuda ? ' with its CUDA packages' : ''}`,
    downloadBytes: build.downloadBytes,
    unpackedBytes: build.unpackedBytes,
    directory: join(cacheOf(options), build.entry),
    cuda: build.cuda,
  };
}

/**
 * Has pip download TensorFlow's wheel and unpacks its two shared libraries and licences into the cache; with CUDA,
 * NVIDIA's libraries as well. Every file is checked by its SHA-256. What is in the cache already is not fetched again;
 * a second process that wants the same waits for the first. Works with whatever index, mirror or proxy pip is set to.
 * @returns the library in the cache
 * @throws LibraryError see `LibraryErrorCode`; nothing half-done is left under its final name
 */
export async function provideTensorFlow(options: ProvideOptions = {}): Promise<TensorFlowLibrary> {
  return provideBuild(chooseBuild(options), options);
}

function cacheOf({ cacheDirectory: directory, environment }: ProvideOptions): string {
  return directory ?? cacheDirectory(environment);
}

function chooseBuild({ accelerator = 'auto', environment = process.env }: ProvideOptions): Build {
  const { id } = platformOf();
  const cuda =
    accelerator === 'cuda' || (accelerator === 'auto' && id === 'linux-x64' && hasNvidia(environment));
  return buildFor(id, cuda);
}

/** `provideTensorFlow` of a given build. */
export async function provideBuild(
  build: Build,
  options: ProvideOptions,
  lock?: Pick<LockOptions, 'beat' | 'patience'>,
): Promise<TensorFlowLibrary> {
  const platform = platformOf();
  const cache = cacheOf(options);
  const entry = join(cache, build.entry);
  const found = await lookInEntry(entry, platform);
  if (found.library) return found.library;
  checkSystem(platform);
  await makeWritable(cache);
  const { onProgress, signal } = options;
  const total = build.downloadBytes;
  const release = await acquireLock(`${entry}.lock`, {
    onWait: (detail) => onProgress?.({ stage: 'waiting', done: 0, total, detail }),
    signal,
    ...lock,
  });
  try {
    const meanwhile = await lookInEntry(entry, platform);
    if (meanwhile.library) return meanwhile.library;
    const kept = await finishedWheel(
      join(cache, 'downloads', build.entry),
      `${build.package}==${build.version}`,
    );
    try {
      return await fillEntry(build, cache, options, platform);
    } catch (error) {
      // A wheel kept from an earlier try may have suffered since; a fresh one is worth one more.
      if (kept === undefined || !(error instanceof LibraryError) || error.code !== 'bad-wheel') throw error;
      return await fillEntry(build, cache, options, platform);
    }
  } catch (error) {
    throw asLibraryError(error, cache);
  } finally {
    await release();
  }
}

async function makeWritable(cache: string): Promise<void> {
  try {
    await mkdir(cache, { recursive: true });
    const probe = await mkdtemp(join(cache, '.probe-'));
    await rm(probe, { recursive: true });
  } catch (error) {
    throw asLibraryError(error, cache);
  }
}
