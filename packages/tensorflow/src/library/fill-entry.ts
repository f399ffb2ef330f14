import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

import type { Build } from './builds.js';
import { lookInEntry, writeManifest, type ManifestFile } from './cache.js';
import { checkRoom } from './disk.js';
import { LibraryError } from './errors.js';
import type { TensorFlowLibrary } from './library.js';
import { downloadWheel, findPip, finishedWheel, type Pip } from './pip.js';
import type { Platform } from './platform.js';
import type { ProvideOptions } from './provide-options.js';
import { requirementsOf, unpackWheel } from './wheel.js';

/** Downloads, unpacks, and gives the result its final name. The lock is held. */
export async function fillEntry(
  build: Build,
  cache: string,
  options: ProvideOptions,
  platform: Platform,
): Promise<TensorFlowLibrary> {
  const entry = join(cache, build.entry);
  const downloads = join(cache, 'downloads', build.entry);
  // Left by processes that were killed.
  for (const name of await readdir(cache)) {
    if (name.startsWith(`${build.entry}.partial-`)) await rm(join(cache, name), { recursive: true });
  }
  await rm(join(downloads, 'pip'), { recursive: true, force: true });
  await checkRoom(cache, downloads, build);
  await mkdir(downloads, { recursive: true });
  const wheels = await fetchWheels(build, downloads, options);
  const partial = await mkdtemp(`${entry}.partial-`);
  // mkdtemp's folders are private; a cache may serve several users.
  await chmod(partial, 0o755);
  try {
    const files = await unpackAll(build, wheels, partial, options);
    await writeManifest(partial, {
      format: 1,
      version: build.version,
      platform: platform.id,
      cuda: build.cuda,
      wheels: wheels.map((wheel) => basename(wheel)),
      files,
    });
    const { library, attempt } = await lookInEntry(partial, platform);
    if (!library) {
      throw new LibraryError('bad-wheel', {
        where: basename(wheels[0] ?? build.package),
        expected: `TensorFlow's libraries for ${platform.id}`,
        found: attempt.detail,
        remedy: 'Set BERTUNE_TENSORFLOW to a folder with libtensorflow.',
      });
    }
    await replace(partial, entry);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // A wheel that is not what it should be would fail again.
    if (error instanceof LibraryError && error.code === 'bad-wheel') await rm(downloads, { recursive: true });
    throw error;
  }
  await rm(downloads, { recursive: true, force: true });
  await rmdir(join(cache, 'downloads')).catch(() => undefined);
  const { library, attempt } = await lookInEntry(entry, platform);
  if (library) return library;
  throw new Error(`${entry} was complete a moment ago: ${attempt.detail}`);
}

/** Puts a complete folder in the place of a damaged one, or of none. */
async function replace(complete: string, final: string): Promise<void> {
  const old = `${complete}-old`;
  await rename(final, old).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
  await rename(complete, final);
  await rm(old, { recursive: true, force: true });
  const parent = await open(join(final, '..'), 'r');
  await parent.sync().catch(() => undefined);
  await parent.close();
}

async function fetchWheels(build: Build, downloads: string, options: ProvideOptions): Promise<string[]> {
  const { onProgress, signal, environment = process.env } = options;
  let pip: Pip | undefined;
  let before = 0;
  const fetch = async (requirement: string): Promise<string> => {
    const report = (bytes: number): void =>
      onProgress?.({
        stage: 'downloading',
        done: Math.min(before + bytes, build.downloadBytes),
        total: build.downloadBytes,
        detail: requirement,
      });
    let wheel = await finishedWheel(downloads, requirement);
    if (wheel === undefined) {
      pip ??= await findPip(environment);
      report(0);
      const request = { requirement, build, folder: downloads, environment, onBytes: report, signal };
      wheel = await downloadWheel(pip, request);
    }
    before += (await stat(wheel)).size;
    report(0);
    return wheel;
  };
  const wheels = [await fetch(`${build.package}==${build.version}`)];
  if (build.cuda) {
    for (const requirement of await requirementsOf(wheels[0] ?? '', 'and-cuda'))
      wheels.push(await fetch(requirement));
  }
  return wheels;
}

/**
 * Where members of TensorFlow's and NVIDIA's wheels go; all else is left out. The folders are pip's: TensorFlow's
 * libraries look for NVIDIA's in `../nvidia/NAME/lib`, and XLA for its tools in `../nvidia/cuda_nvcc`.
 */
function destinationOf(name: string, members: Build['members']): string | undefined {
  if (Object.hasOwn(members, name)) return name;
  if (name === 'tensorflow/include/LICENSE') return 'tensorflow/LICENSE';
  if (name === 'tensorflow/THIRD_PARTY_NOTICES.txt') return name;
  if (/^nvidia\/[\w-]+\/lib\/[\w.+-]+\.so(?:\.[\d.]+)?$/.test(name)) return name;
  if (/^nvidia\/cuda_nvcc\/(?:bin\/ptxas|nvvm\/libdevice\/[\w.]+)$/.test(name)) return name;
  const licence = /^([\w.]+)-[\w.+]+\.dist-info\/(?:licenses\/)?(LICENSE|License)(?:\.txt)?$/.exec(name);
  return licence ? `licenses/${licence[1]}.txt` : undefined;
}

/** Bytes between two reports of the unpacking. */
const progressStep = 16 << 20;

async function unpackAll(
  build: Build,
  wheels: readonly string[],
  target: string,
  { onProgress, signal }: ProvideOptions,
): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  let done = 0;
  let reported = 0;
  for (const [index, wheel] of wheels.entries()) {
    const unpacked = await unpackWheel(wheel, {
      target,
      destinationOf: (name) => destinationOf(name, build.members),
      members: index === 0 ? build.members : {},
      onBytes: (bytes) => {
        done = Math.min(done + bytes, build.unpackedBytes);
        if (done - reported < progressStep && done < build.unpackedBytes) return;
        reported = done;
        onProgress?.({ stage: 'unpacking', done, total: build.unpackedBytes, detail: basename(wheel) });
      },
      signal,
    });
    files.push(...unpacked);
  }
  const total = build.unpackedBytes;
  onProgress?.({ stage: 'unpacking', done: total, total, detail: basename(target) });
  return files;
}
