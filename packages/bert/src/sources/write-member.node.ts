import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes a member of an archive as a new file, and returns once the disk has it. */
export async function writeMember(
  directory: string,
  path: string,
  content: () => Promise<AsyncIterable<Uint8Array>> | AsyncIterable<Uint8Array>,
  onBytes: (bytes: Uint8Array) => void,
): Promise<void> {
  const file = join(directory, ...path.split('/'));
  await mkdir(dirname(file), { recursive: true });
  // `wx`: whatever the checks before missed, nothing that is there is written to, nor through a link.
  const handle = await open(file, 'wx');
  try {
    // Opened last: a stream that fails before somebody reads it ends the process.
    for await (const bytes of await content()) {
      onBytes(bytes);
      for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done)).bytesWritten;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}
