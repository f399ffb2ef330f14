import { open, readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

import { SourceError } from './errors.js';
import { isWeightsFile, WEIGHT_NAMES } from './model-files.js';
import { nearest, question } from './suggest.js';

const isArchiveName = (name: string): boolean => /\.(zip|tar|tar\.gz|tgz)$/i.test(name);

/** What there is under a path. */
export type Local =
  | { readonly kind: 'archive'; readonly path: string }
  /** folder, file, or prefix of a TensorFlow checkpoint */
  | { readonly kind: 'model'; readonly path: string };

/** Whether a name can only be a path: it begins like one, or has more parts than an id. */
export const isPath = (source: string): boolean =>
  /^(\.{0,2}[/\\]|\.{1,2}$|~([/\\]|$)|[a-z]:[/\\])/i.test(source) ||
  /[/\\]$/.test(source) ||
  source.includes('\\') ||
  isArchiveName(source) ||
  /\.(safetensors|bin|pt|pth|h5|ckpt|json|index)$/.test(source);

/** The path that a source is, if it is one. Shells expand `~`, but not in `--model=~/x`, nor for callers of a function. */
function pathOf(source: string, cwd: string | undefined): string {
  if (/^~(?=$|[/\\])/.test(source)) return join(homedir(), source.slice(1));
  return cwd === undefined ? source : resolve(cwd, source);
}

/** Files that are weights, or whose folder says what they are. */
const isModelFile = (name: string): boolean =>
  isWeightsFile(name) ||
  /\.(ckpt|index)$|\.data-\d+-of-\d+$/.test(name) ||
  basename(name) === 'saved_model.pb';

/** The error for a file that is no model: what it may be, and what to give instead. */
function noModel(path: string, source: string): SourceError {
  const isArchive = /\.(gz|bz2|xz|zst|7z|rar|txz|tbz2?)$/i.test(path);
  const expected = isArchive ? 'an archive that is unpacked here (.zip, .tar, .tar.gz, .tgz)' : 'weights';
  const remedy = isArchive
    ? 'Unpack it, and give the folder.'
    : `Give the folder, ${dirname(resolve(path))}.`;
  const message = `${source}: expected ${expected}, a folder of a model or an id, found the file ${basename(path)}. ${remedy}`;
  return new SourceError('no-model', message, { source });
}

/** A clone without Git LFS has texts of three lines in place of the weights. */
async function refusePointers(path: string, source: string): Promise<void> {
  const information = await stat(path);
  const candidates = information.isDirectory() ? WEIGHT_NAMES.map((name) => join(path, name)) : [path];
  for (const file of candidates) {
    const size = (await stat(file).catch(() => undefined))?.size ?? 0;
    if (size === 0 || size > 1024) continue;
    const handle = await open(file, 'r');
    const text = (await handle.readFile('utf8').finally(() => handle.close())).slice(0, 40);
    if (!text.startsWith('version https://git-lfs.')) continue;
    const message = `${file}: expected weights, found the Git LFS pointer that stands for them. Run git lfs pull in ${dirname(file)}.`;
    throw new SourceError('lfs-pointer', message, { source });
  }
}

/**
 * What lies under a path.
 * @returns undefined where there is nothing
 * @throws SourceError `lfs-pointer`; `no-model` for a file that is none
 */
export async function findLocal(source: string, cwd: string | undefined): Promise<Local | undefined> {
  const path = pathOf(source, cwd);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    const isPrefix = (await stat(`${path}.index`).catch(() => undefined))?.isFile() === true;
    return isPrefix ? { kind: 'model', path } : undefined;
  }
  if (found.isFile() && isArchiveName(path)) return { kind: 'archive', path };
  await refusePointers(path, source);
  if (found.isFile() && !isModelFile(path) && !(await stat(`${path}.index`).catch(() => undefined)))
    throw noModel(path, source);
  return { kind: 'model', path };
}

/** Names beside a path that does not exist, which may have been meant. */
export async function neighbours(source: string, cwd: string | undefined): Promise<string[]> {
  const path = resolve(pathOf(source, cwd));
  const names = await readdir(dirname(path)).catch(() => []);
  return nearest(basename(path), names).map((name) => join(dirname(source), name));
}

/** The error for a path under which there is nothing: how far it is right, and what lies there. */
export async function noSuchPath(source: string, cwd: string | undefined): Promise<SourceError> {
  const path = resolve(pathOf(source, cwd));
  let parent = dirname(path);
  while (parent !== dirname(parent) && !(await stat(parent).catch(() => undefined))) parent = dirname(parent);
  const names = await neighbours(source, cwd);
  const where =
    parent === dirname(path)
      ? ''
      : ` There is no folder ${join(parent, path.slice(parent.length + 1).split(/[/\\]/)[0])}.`;
  const message =
    `${source}: no such folder or file (looked for ${path}).${where}${question(names)} ` +
    'Give the folder of a model, an archive of one, an id on the Hugging Face hub (owner/name), or an address.';
  return new SourceError('not-found', message, { source, suggestions: names });
}
