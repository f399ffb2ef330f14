import { open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve, sep } from 'node:path';

import { lookInFolder, type Look } from './folder.js';
import type { Platform } from './platform.js';
import { tensorFlowVersion } from './builds.js';

/** One file of a cache entry. */
export interface ManifestFile {
  /** Path inside the entry, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
}

/** `manifest.json` of a cache entry; it is written last, so an entry that has one is complete. */
export interface Manifest {
  /** Format of this file. */
  readonly format: 1;
  /** TensorFlow's version. */
  readonly version: string;
  /** For example `linux-x64`. */
  readonly platform: string;
  /** Whether NVIDIA's packages belong to it. */
  readonly cuda: boolean;
  /** Names of the wheels it was unpacked from. */
  readonly wheels: readonly string[];
  /** Every file but this one. */
  readonly files: readonly ManifestFile[];
}

const manifestName = 'manifest.json';

/**
 * The folder that downloads go to: `BERTUNE_CACHE`, else `bertune` in `XDG_CACHE_HOME`, in `~/Library/Caches` on macOS,
 * in `~/.cache` elsewhere. It need not exist.
 * @param environment variables to read
 * @returns an absolute path
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.BERTUNE_CACHE) return resolve(environment.BERTUNE_CACHE);
  const { XDG_CACHE_HOME: xdg } = environment;
  // The standard says that a relative path is to be ignored.
  if (xdg && isAbsolute(xdg)) return join(xdg, 'bertune');
  const home = environment.HOME ?? homedir();
  return process.platform === 'darwin'
    ? join(home, 'Library', 'Caches', 'bertune')
    : join(home, '.cache', 'bertune');
}

/** Writes the manifest into a finished entry; from then on it counts. */
export async function writeManifest(entry: string, manifest: Manifest): Promise<void> {
  const file = join(entry, manifestName);
  const handle = await open(`${file}.partial`, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.partial`, file);
}

async function readManifest(entry: string): Promise<Manifest | string> {
  let text: string;
  try {
    text = await readFile(join(entry, manifestName), 'utf8');
  } catch {
    return `it has no ${manifestName}, so it is not complete`;
  }
  try {
    const manifest = JSON.parse(text) as Partial<Manifest>;
    const files: unknown = manifest.files;
    const good =
      manifest.format === 1 &&
      typeof manifest.version === 'string' &&
      Array.isArray(files) &&
      files.length > 0 &&
      (files as Partial<ManifestFile>[]).every(
        ({ path, size, sha256 }) =>
          typeof path === 'string' && typeof size === 'number' && typeof sha256 === 'string',
      );
    return good ? (manifest as Manifest) : `its ${manifestName} is of another format`;
  } catch {
    return `its ${manifestName} is damaged`;
  }
}

/** Looks at one entry of the cache: manifest, sizes, headers. */
export async function lookInEntry(entry: string, platform: Platform): Promise<Look> {
  const unusable = (detail: string): Look => ({
    attempt: { place: 'cache', path: entry, outcome: 'unusable', detail },
  });
  const there = await stat(entry).catch(() => undefined);
  if (!there)
    return { attempt: { place: 'cache', path: entry, outcome: 'absent', detail: 'nothing there yet' } };
  const manifest = await readManifest(entry);
  if (typeof manifest === 'string') return unusable(manifest);
  for (const { path, size } of manifest.files) {
    const found = await stat(join(entry, path)).catch(() => undefined);
    if (!found) return unusable(`${path} is missing`);
    if (found.size !== size) return unusable(`${path} has ${found.size} bytes instead of ${size}`);
  }
  return lookInFolder('cache', join(entry, 'tensorflow'), platform, {
    version: manifest.version,
    cuda: manifest.cuda,
  });
}

/**
 * Names of the cache's entries for a system, best first: the pinned version before others, and the build with CUDA
 * first where there is an NVIDIA GPU.
 */
export async function entriesFor(cache: string, platform: Platform, cuda: boolean): Promise<string[]> {
  const names = await readdir(cache).catch(() => []);
  return names
    .flatMap((name) => {
      const match = /^tensorflow-(\d[\d.]*)-(\w+-\w+?)(-cuda)?$/.exec(name);
      if (match?.[2] !== platform.id) return [];
      return [
        {
          name,
          version: match[1] ?? '',
          rank: (match[1] === tensorFlowVersion ? 2 : 0) + ((match[3] !== undefined) === cuda ? 1 : 0),
        },
      ];
    })
    .sort((a, b) => b.rank - a.rank || b.version.localeCompare(a.version, 'en', { numeric: true }))
    .map(({ name }) => join(cache, name));
}

/**
 * Reads a cached library anew and compares it with the sums of its manifest.
 * @param directory `TensorFlowLibrary.directory` of a library from the cache
 * @returns what is wrong, as a sentence without a full stop; `undefined` when all files are as they were unpacked
 */
export async function verifyCached(directory: string): Promise<string | undefined> {
  const entry = directory.replace(new RegExp(`\\${sep}tensorflow$`), '');
  const manifest = await readManifest(entry);
  if (typeof manifest === 'string') return manifest;
  for (const { path, sha256 } of manifest.files) {
    const hash = createHash('sha256');
    try {
      for await (const block of createReadStream(join(entry, path), { highWaterMark: 1 << 20 }))
        hash.update(block as Buffer);
    } catch (error) {
      return `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
    }
    if (hash.digest('hex') !== sha256) return `${path} is not what was unpacked: its SHA-256 is another one`;
  }
  return undefined;
}
