import type { RandomAccessFile } from '../files.js';
import { OutOfBytes } from './pickle-bytes.js';
import { PickleList } from './pickle-values.js';
import type { FileFault, ReadPickle, TorchFile } from './torch-file.js';
import type { TorchStorage } from './torch-tensor.js';

/** What every such file begins with, as a pickled integer. */
const MAGIC = 0x1950a86a20f9469cfc6cn;

/** The one version there ever was. */
const PROTOCOL = 1001;

/** Bytes that are read first: the pickles of BERT-base are well below it. */
const FIRST_WINDOW = 2 ** 18;

/** Largest beginning that is looked through for the pickles. */
const LARGEST_PICKLE = 2 ** 28;

/** Before each storage: how many numbers it has. */
const COUNT = 8;

interface Beginning {
  readonly root: unknown;
  readonly keys: unknown;
  /** byte after the last pickle */
  readonly end: number;
}

/**
 * Opens what `torch.save` wrote before PyTorch 1.6, and writes still with `_use_new_zipfile_serialization=False`: five
 * pickles (magic number, version, the machine, the object, the keys of the storages), then the storages, each
 * with its length before it.
 * @param storages all that the object names, by key; filled as the pickle is read
 * @throws CheckpointError `pickle-invalid`, `truncated`, `trailing-data`, `size-mismatch`, `forbidden-global`
 */
export async function openTorchLegacy(
  file: RandomAccessFile,
  read: ReadPickle,
  storages: ReadonlyMap<string, TorchStorage>,
  fault: FileFault,
): Promise<TorchFile> {
  const { root, keys, end } = await readBeginning(file, read, fault);
  if (!(keys instanceof PickleList)) throw fault('it has no list of its storages');
  const places = new Map<string, number>();
  let position = end;
  for (const item of keys.items) {
    const key = String(item);
    const storage = storages.get(key);
    if (storage === undefined) throw fault(`no tensor is in its storage ${JSON.stringify(key)}`);
    if (places.has(key)) throw fault(`it lists the storage ${JSON.stringify(key)} twice`, 'duplicate-name');
    places.set(key, position + COUNT);
    position += COUNT + storage.root;
  }
  if (position > file.size) {
    throw fault(
      `its tensors need ${position} bytes, the file has ${file.size}. It is cut off: fetch it again`,
      'truncated',
    );
  }
  if (position < file.size)
    throw fault(`${file.size - position} bytes follow its last tensor`, 'trailing-data');
  const place = ({ key }: TorchStorage): number => {
    const at = places.get(key);
    if (at === undefined)
      throw fault(`it lists no storage ${JSON.stringify(key)}, which has a tensor's numbers`);
    return at;
  };
  const locate = async (storage: TorchStorage): Promise<number> => {
    const at = place(storage);
    const count = new Uint8Array(COUNT);
    await file.read(count, at - COUNT);
    const stored = Number(new DataView(count.buffer).getBigInt64(0, true)) * storage.type.bytes;
    if (stored !== storage.root) {
      throw fault(
        `its storage ${JSON.stringify(storage.key)} has ${stored} bytes, expected ${storage.root}`,
        'size-mismatch',
      );
    }
    return at;
  };
  return { root, bigEndian: false, place, locate };
}

/** The pickles have no length in front: what is read of the file doubles until they are all there. */
async function readBeginning(file: RandomAccessFile, read: ReadPickle, fault: FileFault): Promise<Beginning> {
  for (let length = FIRST_WINDOW; ; length *= 2) {
    const window = new Uint8Array(Math.min(length, file.size));
    await file.read(window, 0);
    try {
      return parseBeginning(window, read, fault);
    } catch (error) {
      if (!(error instanceof OutOfBytes)) throw error;
      if (length >= file.size)
        throw fault(
          `it ends after ${file.size} bytes, in the middle of its pickle. It is cut off: fetch it again`,
          'truncated',
        );
      if (length >= LARGEST_PICKLE) throw fault(`its pickle has more than ${LARGEST_PICKLE} bytes`);
    }
  }
}

function parseBeginning(bytes: Uint8Array, read: ReadPickle, fault: FileFault): Beginning {
  const magic = read(bytes, 0);
  if (magic.value !== MAGIC)
    throw fault(
      'it is a pickle, but none that torch.save wrote; save the weights with torch.save(model.state_dict(), path)',
    );
  const protocol = read(bytes, magic.end);
  if (protocol.value !== PROTOCOL) throw fault(`its protocol is ${String(protocol.value)}, not ${PROTOCOL}`);
  const machine = read(bytes, protocol.end);
  const object = read(bytes, machine.end);
  const keys = read(bytes, object.end);
  return { root: object.value, keys: keys.value, end: keys.end };
}
