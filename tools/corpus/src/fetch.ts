import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';

import type { Source, SourceFile } from './source.js';

/** A package on this machine. */
export interface FetchedPackage {
  /** file name in the registry, with the version */
  readonly archive: string;
  /** SHA-256 of the archive, hexadecimal */
  readonly sha256: string;
  /** folder with the unpacked package */
  readonly directory: string;
}

const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

function download(source: Source, directory: string): void {
  if (source.registry === 'npm') run('npm', ['pack', '--silent', source.package], directory);
  else run('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', source.package], directory);
}

function unpack(archive: string, directory: string): void {
  if (archive.endsWith('.deb')) run('dpkg-deb', ['-x', archive, directory], directory);
  else run('tar', ['xzf', archive, '-C', directory], directory);
}

/**
 * Downloads a package from its registry and unpacks it, or finds what an earlier run left. Nothing of it is run.
 * @param cache folder for the packages
 * @throws Error of the registry's tool (`apt-get`, `npm`)
 */
export function fetchPackage(source: Source, cache: string): FetchedPackage {
  const folder = join(cache, source.name);
  if (!readdirSync(cache).includes(source.name)) {
    const temporary = mkdtempSync(join(cache, '.fetch-'));
    try {
      download(source, temporary);
      const [archive] = readdirSync(temporary);
      if (archive === undefined) throw new Error(`${source.package}: the registry gave no file.`);
      mkdirSync(join(temporary, 'unpacked'));
      unpack(join(temporary, archive), join(temporary, 'unpacked'));
      renameSync(temporary, folder);
    } catch (error) {
      rmSync(temporary, { recursive: true, force: true });
      throw error;
    }
  }
  const archive = readdirSync(folder).find((name) => name !== 'unpacked') ?? '';
  const sha256 = createHash('sha256')
    .update(readFileSync(join(folder, archive)))
    .digest('hex');
  return { archive: basename(archive), sha256, directory: join(folder, 'unpacked') };
}

/** Files of an unpacked package that a source wants, in the order of their paths. */
export function* sourceFiles({ files }: Source, directory: string): Iterable<SourceFile> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    const inside = relative(directory, path).split(sep).join('/');
    if (files.test(inside)) yield { path: inside, bytes: readFileSync(path) };
  }
}
