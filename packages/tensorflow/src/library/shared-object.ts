import { open, type FileHandle } from 'node:fs/promises';

import type { Platform } from './platform.js';

/** Machine numbers of the two formats. */
const elfMachines: Readonly<Record<number, string>> = { 62: 'x64', 183: 'arm64' };
const machMachines: Readonly<Record<number, string>> = { 0x01000007: 'x64', 0x0100000c: 'arm64' };
const machSegment = 0x19;

/**
 * Looks at the headers of a shared library without loading it: the right container, a shared library, of this
 * processor, and not cut off.
 * @returns what is wrong, as a sentence without a full stop; `undefined` when nothing is
 */
export async function sharedObjectProblem(file: string, platform: Platform): Promise<string | undefined> {
  if (platform.format === undefined) return `this package does not support ${platform.id}`;
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    return `${file} cannot be opened (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
  }
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(64 * 1024);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const found =
      platform.format === 'elf' ? elf(head.subarray(0, bytesRead)) : machO(head.subarray(0, bytesRead));
    if (!found) return `${file} is no shared library of this system (${size} bytes)`;
    const processor = platform.id.split('-')[1];
    if (found.machine !== processor) {
      return `${file} is for another processor (${found.machine ?? 'unknown'}, this is ${processor})`;
    }
    if (found.end > size) return `${file} is cut off: ${size} of at least ${found.end} bytes`;
    return undefined;
  } catch (error) {
    return `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
  } finally {
    await handle.close();
  }
}

interface Header {
  readonly machine: string | undefined;
  /** Smallest size of the complete file in bytes. */
  readonly end: number;
}

function elf(head: Buffer): Header | undefined {
  const isShared =
    head.length >= 64 &&
    head.readUInt32BE(0) === 0x7f454c46 &&
    head[4] === 2 &&
    head[5] === 1 &&
    head.readUInt16LE(16) === 3;
  if (!isShared) return undefined;
  // The table of sections comes last in what linkers write.
  const end = Number(head.readBigUInt64LE(40)) + head.readUInt16LE(58) * head.readUInt16LE(60);
  return { machine: elfMachines[head.readUInt16LE(18)], end };
}

function machO(head: Buffer): Header | undefined {
  if (head.length < 32 || head.readUInt32LE(0) !== 0xfeedfacf || head.readUInt32LE(12) !== 6)
    return undefined;
  let end = 32;
  let at = 32;
  for (let left = head.readUInt32LE(16); left > 0 && at + 56 <= head.length; left--) {
    if (head.readUInt32LE(at) === machSegment) {
      end = Math.max(end, Number(head.readBigUInt64LE(at + 40) + head.readBigUInt64LE(at + 48)));
    }
    const length = head.readUInt32LE(at + 4);
    if (length < 8) break;
    at += length;
  }
  return { machine: machMachines[head.readUInt32LE(4)], end };
}
