import { files } from '#files';

import type { Checkpoint, CheckpointEntry } from '../checkpoint.js';
import { readableDtype, toValues } from '../checkpoint-values.js';
import { CheckpointError } from '../errors.js';
import type { RandomAccessFile } from '../files.js';
import { memoryFile } from '../files-memory.js';
import { SpareBuffer } from '../spare-buffer.js';
import { swapBytes } from '../tensor-bundle/bundle-dtypes.js';
import { transposed } from '../weight-names.js';
import type { PickleHost } from './pickle-machine.js';
import { stateDict } from './state-dict.js';
import type { FileFault, ReadPickle, TorchFile } from './torch-file.js';
import { torchGlobals, torchStorage } from './torch-globals.js';
import { openTorchLegacy } from './torch-legacy.js';
import { gathered, isContiguous, type TorchStorage, type TorchTensor } from './torch-tensor.js';
import { openTorchZip } from './torch-zip.js';
import { unpickle } from './unpickle.js';
import { isZip } from './zip.js';

/** What the objects of a pickle may take in memory besides as much as the file. */
const SMALL_OBJECTS = 2 ** 24;

/** Files that are often found under the name of a PyTorch file, by how they begin. */
const OTHERS: readonly (readonly [beginning: RegExp, what: string])[] = [
  [/^$/, 'it is empty. Fetch it again'],
  [
    /^version https:\/\/git-lfs/,
    'it is a pointer of Git LFS, not the file itself. Fetch the file, for example with git lfs pull',
  ],
  [/^\s*</, 'it is a page of HTML or XML. Fetch the file itself'],
  [/^.\x8b/, 'it is compressed by gzip. Unpack it'],
  [
    /^.{257}ustar/s,
    'it is a tar archive, as PyTorch wrote before 0.2. Load and save it with a newer PyTorch',
  ],
  [/^.{8}\{/s, 'it is a safetensors file. Name it so'],
];

/** Reads pickles of one file, and remembers the storages they name. */
function pickleReader(
  file: RandomAccessFile,
  fault: FileFault,
): { readonly read: ReadPickle; readonly storages: ReadonlyMap<string, TorchStorage> } {
  const { path } = file;
  const storages = new Map<string, TorchStorage>();
  const invalid = (found: string): Error => fault(`its pickle has ${found}`);
  const find = torchGlobals(invalid);
  const host: PickleHost = {
    find(module, name) {
      const known = find(module, name);
      if (known !== undefined) return known;
      const global = `${module}.${name}`;
      const message =
        `${path}: the pickle names ${global}, which is no part of a tensor. Nothing of it was executed. If you trust ` +
        'the file, load it in Python and save its weights alone: torch.save(model.state_dict(), path).';
      throw new CheckpointError('forbidden-global', message, { file: path, global });
    },
    persistent(id) {
      const storage = torchStorage(id, invalid);
      const former = storages.get(storage.key);
      if (former !== undefined && former.root !== storage.root) {
        throw invalid(
          `two lengths for storage ${JSON.stringify(storage.key)}: ${former.root} and ${storage.root} bytes`,
        );
      }
      if (former === undefined) storages.set(storage.key, storage);
      return storage;
    },
    fault: invalid,
    duplicate: (key) =>
      fault(`its pickle has ${JSON.stringify(key)} twice in one dictionary`, 'duplicate-name'),
    budget: file.size + SMALL_OBJECTS,
  };
  return { read: (bytes, start) => unpickle(bytes, start, host), storages };
}

async function openForm(file: RandomAccessFile, fault: FileFault): Promise<TorchFile> {
  const prefix = new Uint8Array(Math.min(file.size, 512));
  await file.read(prefix, 0);
  const { read, storages } = pickleReader(file, fault);
  if (isZip(prefix)) return openTorchZip(file, read, fault);
  const beginning = String.fromCharCode(...prefix);
  const other = OTHERS.find(([pattern]) => pattern.test(beginning))?.[1];
  if (other !== undefined) throw fault(other);
  return openTorchLegacy(file, read, storages, fault);
}

/**
 * Opens weights saved by PyTorch's `torch.save`: `pytorch_model.bin`, or any state dict or training checkpoint, in the
 * form since PyTorch 1.6 and in the one before. The pickle in it is read by a machine that knows tensors and
 * containers only; a name of anything else is an error, and nothing is ever executed. Places of tensors are checked before memory
 * for them is asked for; they are then read one at a time.
 * @param source path, address (in a browser), the whole file, or an open one, which is closed with the result or when
 *   opening fails
 * @throws CheckpointError `not-found`, `read-failed`, `truncated`, `trailing-data`, `archive-invalid`, `pickle-invalid`,
 *   `forbidden-global`, `duplicate-name`, `size-mismatch`, `offsets-overlap`, `offsets-outside-file`; when a tensor is read also
 *   `unsupported-dtype` and `inexact-value`
 * @see https://docs.pytorch.org/docs/stable/notes/serialization.html
 */
export function openPickle(source: string | Uint8Array | RandomAccessFile): Promise<Checkpoint> {
  return openPickleWith(source, new SpareBuffer());
}

/** As `openPickle`, with a buffer that several files share; it is released when one of them is closed. */
export async function openPickleWith(
  source: string | Uint8Array | RandomAccessFile,
  spare: SpareBuffer,
): Promise<Checkpoint> {
  const data =
    typeof source === 'string'
      ? await files.open(source)
      : source instanceof Uint8Array
        ? memoryFile(source)
        : source;
  const { path } = data;
  const fault: FileFault = (found, code = 'pickle-invalid') =>
    new CheckpointError(code, `${path}: no weights of PyTorch can be read: ${found}.`, { file: path });
  try {
    const torch = await openForm(data, fault);
    return checkpointOf(stateDict(torch.root, fault), torch, data, spare);
  } catch (error) {
    await data.close();
    throw error;
  }
}

function checkpointOf(
  tensors: ReadonlyMap<string, TorchTensor>,
  torch: TorchFile,
  data: RandomAccessFile,
  spare: SpareBuffer,
): Checkpoint {
  const { path: file } = data;
  const placed = [...tensors].map(([name, tensor]) => ({ name, tensor, place: torch.place(tensor.storage) }));
  placed.sort((a, b) => a.place - b.place || a.tensor.start - b.tensor.start);
  const entries = new Map<string, CheckpointEntry>(
    placed.map(({ name, tensor }) => [name, { name, dtype: tensor.type.name, shape: tensor.shape }]),
  );
  const find = (name: string): TorchTensor => {
    const tensor = tensors.get(name);
    if (tensor !== undefined) return tensor;
    throw new CheckpointError('not-found', `${file}: there is no tensor ${name}.`, { file, tensor: name });
  };
  const readBytes = async ({ extent, storage, start }: TorchTensor, bytes: Uint8Array): Promise<void> => {
    if (extent > 0) await data.read(bytes, (await torch.locate(storage)) + start);
  };
  const read = async (name: string): Promise<Float32Array> => {
    const where = { file, tensor: name };
    const tensor = find(name);
    const dtype = readableDtype(tensor.type.name, where);
    const bytes = new Uint8Array(tensor.extent * tensor.type.bytes);
    await readBytes(tensor, bytes);
    if (torch.bigEndian) swapBytes(bytes, tensor.type.bytes);
    return gathered(toValues(dtype, bytes, where), tensor);
  };
  const readTransposed = async (name: string): Promise<Float32Array> => {
    const tensor = find(name);
    const { shape, type, extent } = tensor;
    const [rows, columns] = shape;
    if (shape.length !== 2) return read(name);
    if (type.name !== 'F32' || torch.bigEndian || !isContiguous(tensor))
      return transposed(await read(name), rows, columns);
    return spare.lend(extent, async (buffer) => {
      await readBytes(tensor, new Uint8Array(buffer.buffer, 0, extent * type.bytes));
      return transposed(buffer, rows, columns);
    });
  };
  const close = async (): Promise<void> => {
    spare.release();
    await data.close();
  };
  return { file, entries, metadata: new Map(), read, readTransposed, close };
}
