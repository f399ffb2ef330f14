import type { RandomAccessFile } from '../files.js';
import { OutOfBytes } from './pickle-bytes.js';
import type { FileFault, ReadPickle, TorchFile } from './torch-file.js';
import type { TorchStorage } from './torch-tensor.js';
import { openZip } from './zip.js';

/** Largest pickle that is read whole; that of 100,000 tensors has about 15 megabytes. */
const LARGEST_PICKLE = 2 ** 28;

/**
 * Opens what `torch.save` has written since PyTorch 1.6: an archive with the object in `NAME/data.pkl` and each storage
 * in a member `NAME/data/KEY`.
 * @throws CheckpointError as `openZip`; `pickle-invalid`, `size-mismatch`, `forbidden-global`
 */
export async function openTorchZip(
  file: RandomAccessFile,
  read: ReadPickle,
  fault: FileFault,
): Promise<TorchFile> {
  const zip = await openZip(file);
  const [first = ''] = zip.members.keys();
  // All members lie in one folder, called as the file was when it was written.
  const folder = first.slice(0, first.indexOf('/') + 1);
  const contentOf = async (name: string, largest: number): Promise<Uint8Array | undefined> => {
    const size = zip.members.get(folder + name)?.size;
    if (size === undefined) return undefined;
    if (size > largest) throw fault(`its ${name} has ${size} bytes, more than ${largest}`);
    const content = new Uint8Array(size);
    await file.read(content, await zip.locate(folder + name));
    return content;
  };
  if (zip.members.has(`${folder}constants.pkl`)) {
    throw fault('it is a TorchScript program; save its weights with torch.save(model.state_dict(), path)');
  }
  for (const [name, { isStored }] of zip.members) {
    if (!isStored)
      throw fault(
        `${name} in it is compressed or encrypted, which torch.save does not do`,
        'archive-invalid',
      );
  }
  const pickle = await contentOf('data.pkl', LARGEST_PICKLE);
  if (pickle === undefined) throw fault(`it is an archive, but has no ${folder}data.pkl`);
  const order = new TextDecoder().decode((await contentOf('byteorder', 16)) ?? new Uint8Array());
  if (!['', 'little', 'big'].includes(order)) throw fault(`its byteorder is ${JSON.stringify(order)}`);

  const place = ({ key, root }: TorchStorage): number => {
    const member = zip.members.get(`${folder}data/${key}`);
    if (member === undefined)
      throw fault(`there is no ${folder}data/${key} in it, which has a tensor's numbers`);
    if (member.size !== root) {
      throw fault(`${folder}data/${key} has ${member.size} bytes, but a storage of ${root}`, 'size-mismatch');
    }
    return member.offset;
  };
  const locate = async ({ key }: TorchStorage): Promise<number> => zip.locate(`${folder}data/${key}`);
  return { root: readWhole(pickle, read, fault), bigEndian: order === 'big', place, locate };
}

function readWhole(pickle: Uint8Array, read: ReadPickle, fault: FileFault): unknown {
  try {
    return read(pickle, 0).value;
  } catch (error) {
    if (error instanceof OutOfBytes) throw fault(`its data.pkl ends after ${pickle.length} bytes, too soon`);
    throw error;
  }
}
