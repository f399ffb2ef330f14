import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { ArchiveMembers } from './archive-members.js';
import { checkRoom } from './disk.node.js';
import { SourceError } from './errors.js';
import { exists } from './hub-cache.node.js';
import { chooseWeights } from './model-files.js';

/** What an archive is by its first bytes, whatever it is called. */
async function formatOf(path: string): Promise<'zip' | 'gzip' | 'tar' | 'html' | undefined> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    const bytes = buffer.subarray(0, bytesRead);
    if (['PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'].includes(bytes.toString('latin1', 0, 4))) return 'zip';
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
    if (bytes.toString('latin1', 257, 262) === 'ustar') return 'tar';
    return /^\s*<(!doctype|html)/i.test(bytes.toString('latin1')) ? 'html' : undefined;
  } finally {
    await handle.close();
  }
}

/** What an archive is unpacked for. */
export interface ExtractOptions {
  /** what the user gave, for messages */
  readonly source: string;
  /** @param done bytes unpacked so far */
  readonly onBytes: (done: number) => void;
}

/**
 * Unpacks an archive into a folder that does not exist yet. It has that name only once it is whole.
 * @throws SourceError `archive-invalid`, `unsafe-member`, `archive-too-large`, `disk-full`; errors of the disk
 */
export async function extract(
  path: string,
  directory: string,
  { source, onBytes }: ExtractOptions,
): Promise<void> {
  const { size } = await stat(path);
  const members = new ArchiveMembers(source, size);
  const format = await formatOf(path);
  if (format === undefined || format === 'html') {
    const found =
      format === undefined
        ? 'it is neither ZIP, nor tar, nor tar packed by gzip'
        : 'it is a page of HTML, so the address is not that of the archive';
    throw members.damaged(found);
  }
  const staging = `${directory}.partial`;
  await rm(staging, { recursive: true, force: true });
  // Weights hardly shrink when packed: it takes at least its own size.
  await checkRoom(join(directory, '..'), size, source);
  let done = 0;
  const report = (bytes: number): void => onBytes((done += bytes));
  try {
    await mkdir(staging, { recursive: true });
    if (format === 'zip') {
      const { readZip } = await import('./read-zip.node.js');
      await readZip(path, staging, members, report);
    } else {
      const { readTar } = await import('./read-tar.node.js');
      await readTar(path, staging, { gzip: format === 'gzip', members, onBytes: report });
    }
    await rename(staging, directory);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

/** How deep in an archive a model is looked for. */
const DEEPEST = 4;

/**
 * The folder with the model in what was unpacked: the one nearest to the top that has weights.
 * @param source for messages
 * @throws SourceError `no-model` when there is none, or when there are several
 */
export async function findModel(directory: string, source: string): Promise<string> {
  let level = [directory];
  for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
    const found: string[] = [];
    const next: string[] = [];
    for (const folder of level) {
      const entries = await readdir(folder, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
      // Of a SavedModel without its functions only the variables are there.
      const variables = join(folder, 'variables', 'variables.index');
      if (await exists(variables)) names.push('variables/variables.index');
      if (chooseWeights(names) !== undefined) found.push(folder);
      next.push(...entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name)));
    }
    if (found.length === 1) return found[0];
    if (found.length > 1) {
      const list = found.map((folder) => folder.slice(directory.length + 1)).join(', ');
      const message = `${source}: expected one model in it, found several: ${list}. Unpack it and give the folder of one.`;
      throw new SourceError('no-model', message, { source });
    }
    level = next;
  }
  const message = `${source}: expected a model in it (model.safetensors, pytorch_model.bin, bert_model.ckpt, saved_model.pb, tf_model.h5, model.weights.h5), found none up to ${DEEPEST} folders deep.`;
  throw new SourceError('no-model', message, { source });
}
