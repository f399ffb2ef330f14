import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import type { Attempt, LibrarySource, TensorFlowLibrary } from './library.js';
import type { Platform } from './platform.js';
import { sharedObjectProblem } from './shared-object.js';

/** What looking at one place gave. */
export interface Look {
  /** For the record. */
  readonly attempt: Attempt;
  /** Present when the attempt says `found`. */
  readonly library?: TensorFlowLibrary;
}

/** What is known beforehand about the libraries in a folder. */
interface Known {
  readonly version?: string | undefined;
  readonly cuda?: boolean | undefined;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/**
 * Looks for both libraries in a folder, or in `tensorflow`, `lib` or `deps/lib` inside it.
 * @param place what kind of place it is
 * @param folder absolute, or relative to the working directory
 */
export async function lookInFolder(
  place: LibrarySource,
  folder: string,
  platform: Platform,
  known: Known = {},
): Promise<Look> {
  const path = resolve(folder);
  const says = (outcome: 'absent' | 'unusable', detail: string): Look => ({
    attempt: { place, path, outcome, detail },
  });
  const there = await stat(path).catch(() => undefined);
  if (!there) return says('absent', 'there is no such folder');
  if (!there.isDirectory()) return says('unusable', 'it is a file; name the folder that holds the libraries');
  for (const inside of ['', 'tensorflow', 'lib', 'deps/lib']) {
    const directory = join(path, inside);
    for (const name of platform.coreNames) {
      if (!(await isFile(join(directory, name)))) continue;
      return lookAtPair(place, directory, name, platform, known);
    }
  }
  return says('absent', `no ${platform.coreNames.join(' or ')} in it`);
}

async function lookAtPair(
  place: LibrarySource,
  directory: string,
  coreName: string,
  platform: Platform,
  known: Known,
): Promise<Look> {
  const core = join(directory, coreName);
  const framework = join(directory, platform.frameworkName);
  if (!(await isFile(framework))) {
    const detail = `${coreName} is there without ${platform.frameworkName}, which it needs`;
    return { attempt: { place, path: directory, outcome: 'unusable', detail } };
  }
  for (const file of [framework, core]) {
    const problem = await sharedObjectProblem(file, platform);
    if (problem !== undefined)
      return { attempt: { place, path: directory, outcome: 'unusable', detail: problem } };
  }
  const version = known.version ?? (await versionBeside(directory, core));
  const cuda = known.cuda ?? (await knowsCuda(directory, framework));
  const cudaLibraries = cuda ? await cudaLibrariesBeside(directory) : [];
  const library = { directory, core, framework, source: place, version, cuda, cudaLibraries };
  const detail = `TensorFlow ${version ?? 'of unknown version'}${cuda ? ' with CUDA' : ''}`;
  return { attempt: { place, path: directory, outcome: 'found', detail }, library };
}

/** From `tensorflow-2.21.0.dist-info` beside a Python package, or the full name that a link leads to. */
async function versionBeside(directory: string, core: string): Promise<string | undefined> {
  const siblings = await readdir(dirname(directory)).catch(() => []);
  for (const name of siblings) {
    const match = /^tensorflow(?:_cpu|_gpu|_macos|_intel)?-(\d[\w.+]*)\.dist-info$/.exec(name);
    if (match && basename(directory) === 'tensorflow') return match[1];
  }
  const real = basename(await realpath(core).catch(() => core));
  return /(?:\.so\.|\.)(\d+\.\d+\.\d+)(?:\.dylib)?$/.exec(real)?.[1];
}

async function knowsCuda(directory: string, framework: string): Promise<boolean> {
  const buildInfo = await readFile(join(directory, 'python/platform/build_info.py'), 'utf8').catch(() => '');
  const said = /is_cuda_build['"]?\s*[:,=]\s*(True|False)/.exec(buildInfo)?.[1];
  if (said !== undefined) return said === 'True';
  if (process.platform === 'darwin') return false;
  return contains(framework, /libcuda\.so|nvidia\/cublas/);
}

/** Whether a file holds a text; matches that lie across two blocks are found as well. */
async function contains(file: string, pattern: RegExp): Promise<boolean> {
  let tail = '';
  for await (const block of createReadStream(file, { highWaterMark: 1 << 20 })) {
    const text = tail + (block as Buffer).toString('latin1');
    if (pattern.test(text)) return true;
    tail = text.slice(-32);
  }
  return false;
}

/** NVIDIA's libraries that TensorFlow opens, dependencies first. What these open themselves lies beside them. */
const cudaOrder = [
  /^libcudart\.so/,
  /^libnvJitLink\.so/,
  /^libnvrtc\.so/,
  /^libcublasLt\.so/,
  /^libcublas\.so/,
  /^libcusparse\.so/,
  /^libcusolver\.so/,
  /^libcufft\.so/,
  /^libcurand\.so/,
  /^libcupti\.so/,
  /^libcudnn\.so/,
  /^libnccl\.so/,
];

/** pip puts NVIDIA's packages into `nvidia/NAME/lib` beside `tensorflow`; so does our cache. */
async function cudaLibrariesBeside(directory: string): Promise<string[]> {
  const root = join(dirname(directory), 'nvidia');
  const files: string[] = [];
  for (const name of await readdir(root).catch(() => [])) {
    const folder = join(root, name, 'lib');
    for (const file of await readdir(folder).catch(() => [])) files.push(join(folder, file));
  }
  return cudaOrder.flatMap((pattern) => files.filter((file) => pattern.test(basename(file))).sort());
}
