/** Archives, right or wrong, made by hand. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';

import { crc32 } from '../../src/sources/crc32.js';

/** A member, and what its headers say of it. */
export interface Member {
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** of a tar: `0` file, `1` hard link, `2` symbolic link, `3` device, `5` folder, `x` further headers */
  readonly type?: string;
  /** of a ZIP: mode of Unix */
  readonly mode?: number;
  /** what a link leads to */
  readonly target?: string;
  /** bytes that its header says it has */
  readonly size?: number;
  readonly crc?: number;
  /** `content` deflated already */
  readonly packed?: Buffer;
  readonly isEncrypted?: boolean;
}

const bytesOf = ({ content = '' }: Member): Buffer => Buffer.from(content as string);

/** Files of a folder as members, with `prefix` before their names. */
export function membersOf(folder: string, prefix = ''): Member[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory()
      ? membersOf(path, `${prefix}${name}/`)
      : [{ name: prefix + name, content: readFileSync(path) }];
  });
}

/** A ZIP of deflated members. */
export function makeZip(members: readonly Member[]): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const content = bytesOf(member);
    const packed = member.packed ?? deflateRawSync(content);
    const name = Buffer.from(member.name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800 | (member.isEncrypted ? 1 : 0), 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(member.crc ?? crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(member.size ?? content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
    const entry = Buffer.alloc(46);
    entry.write('PK\x01\x02', 'latin1');
    entry.writeUInt16LE(member.mode === undefined ? 20 : (3 << 8) | 20, 4);
    common.copy(entry, 6);
    entry.writeUInt32LE(((member.mode ?? 0) << 16) >>> 0, 38);
    entry.writeUInt32LE(at, 42);
    list.push(entry, name);
    parts.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}

/** A tar of the format `ustar`. */
export function makeTar(members: readonly Member[]): Buffer {
  const parts = members.flatMap((member) => {
    const content = bytesOf(member);
    const header = Buffer.alloc(512);
    header.write(member.name, 0, 100);
    header.write('0000644\0', 100);
    header.write('0000000\x000000000\0', 108);
    header.write(`${(member.size ?? content.length).toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(member.type ?? '0', 156);
    header.write(member.target ?? '', 157, 100);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
