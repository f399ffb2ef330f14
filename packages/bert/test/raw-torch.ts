import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { expect } from '@jest/globals';

import type { CheckpointError } from '../src/errors.js';
import type { RandomAccessFile } from '../src/files.js';
import { openPickle } from '../src/pickle/open-pickle.js';
import { rawDict, rawLegacy, rawTensor } from './raw-pickle.js';
import { type RawMember, rawZip } from './raw-zip.js';

/** Written by torch 2.13.0: tools/reference/torch_files.py. */
export const golden = (name: string): string =>
  join(fileURLToPath(new URL('golden/pickle/', import.meta.url)), name);

export const latin1 = (content: string): Uint8Array => Uint8Array.from(Buffer.from(content, 'latin1'));
export const two = Float32Array.of(0, 1);
export const bytesOf = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer);

/** An archive as `torch.save` writes it, of this pickle and two numbers. */
export const archive = (pickle: Uint8Array, ...others: RawMember[]): Uint8Array =>
  rawZip([{ name: 'x/data.pkl', content: pickle }, { name: 'x/data/0', content: bytesOf(two) }, ...others]);

/** Both forms of a file with this pickle. */
export const forms = (pickle: Uint8Array): readonly Uint8Array[] => [
  archive(pickle),
  rawLegacy(pickle, [['0', two]]),
];

export const good = rawDict([['a', rawTensor()]]);

/** The error of opening a file and reading all of it. */
export async function failure(source: Uint8Array | string | RandomAccessFile): Promise<CheckpointError> {
  const read = async (): Promise<void> => {
    const checkpoint = await openPickle(source);
    for (const name of checkpoint.entries.keys()) await checkpoint.read(name);
  };
  const error: unknown = await read().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'CheckpointError' });
  return error as CheckpointError;
}
