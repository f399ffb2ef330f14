import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

async function hashFile(path: string, hash: Hash): Promise<string> {
  for await (const block of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(block as Buffer);
  return hash.digest('hex');
}

/** SHA-256 of a file, hexadecimal. */
function sha256(path: string): Promise<string> {
  return hashFile(path, createHash('sha256'));
}

/**
 * The hash that an ETag of the hub promises: SHA-256 of files in LFS, Git's SHA-1 of others.
 * @param size bytes of the file; Git hashes them, too
 * @returns hexadecimal; undefined where the ETag is neither
 */
export async function hashLike(etag: string, path: string, size: number): Promise<string | undefined> {
  if (/^[0-9a-f]{64}$/.test(etag)) return sha256(path);
  if (!/^[0-9a-f]{40}$/.test(etag)) return undefined;
  return hashFile(path, createHash('sha1').update(`blob ${size}\0`));
}
