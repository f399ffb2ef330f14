import { deflateRawSync } from 'node:zlib';

import { crc32 } from '../../src/sources/crc32.js';
import { raw } from '../raw-pickle.js';
import { edgeNumber } from './mutate-bytes.js';
import type { Draw } from './random.js';

const NAMES = [
  'model.safetensors', 'config.json', 'vocab.txt', 'a/b/c', 'a', 'A', 'a/', 'a/b', '../x', 'a/../../x', '/tmp/x', 'C:\\x', 'a\\..\\..\\x', '..',
  '.', '', 'a\0b', 'con', 'ä', 'a\u0308', 'x/'.repeat(20), 'n'.repeat(600), '__MACOSX/._a', './././a', 'a//b',
]; // prettier-ignore

/** What is in a member: little, or a lot of nothing, which packs well. */
const content = (draw: Draw): Uint8Array =>
  new Uint8Array(draw.chance(0.01) ? 1e6 : draw.upTo(200)).fill(draw.chance(0.5) ? 0 : draw.upTo(256));

function header(
  length: number,
  fields: readonly (readonly [at: number, bytes: 2 | 4, value: number])[],
): Uint8Array {
  const view = new DataView(new ArrayBuffer(length));
  for (const [at, bytes, value] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  }
  return new Uint8Array(view.buffer);
}

/** A ZIP of a few members, of which some are what no archive of a model has. */
export function zipOf(draw: Draw): Uint8Array {
  const wrong = (value: number, chance = 0.02): number =>
    draw.chance(chance) ? Math.trunc(edgeNumber(draw)) || 0 : value;
  const locals: Uint8Array[] = [];
  const list: Uint8Array[] = [];
  let at = 0;
  for (let members = draw.upTo(4); members >= 0; members--) {
    const name = new TextEncoder().encode(
      draw.chance(0.7) ? `m${members}/${draw.pick(NAMES.slice(0, 3))}` : draw.pick(NAMES),
    );
    const bytes = content(draw);
    const method = draw.chance(0.95) ? draw.pick([0, 8]) : draw.pick([1, 9, 12, 99]);
    const packed = method === 8 ? deflateRawSync(bytes) : bytes;
    const [sum, size, length] = [wrong(crc32(bytes)), wrong(packed.length), wrong(bytes.length)];
    const flags = draw.chance(0.97) ? 0x800 : draw.upTo(65536);
    const unix = draw.chance(0.95) ? 0x81a4 : draw.pick([0xa1ff, 0x41ed, 0x2000, 0xffff]);
    const local = raw(header(30, [[0, 4, 0x04034b50], [6, 2, flags], [8, 2, method], [14, 4, sum], [18, 4, size], [22, 4, length], [26, 2, name.length]]), name, packed); // prettier-ignore
    list.push(raw(header(46, [[0, 4, 0x02014b50], [4, 2, 0x031e], [8, 2, flags], [10, 2, method], [16, 4, sum], [20, 4, size], [24, 4, length], [28, 2, name.length], [38, 4, unix * 65536], [42, 4, wrong(at)]]), name)); // prettier-ignore
    locals.push(local);
    at += local.length;
  }
  const directory = raw(...list);
  const end = header(22, [[0, 4, 0x06054b50], [8, 2, list.length], [10, 2, wrong(list.length)], [12, 4, wrong(directory.length)], [16, 4, wrong(at)]]); // prettier-ignore
  return raw(...locals, directory, end);
}

const octal = (value: number, length: number): string =>
  value
    .toString(8)
    .padStart(length - 1, '0')
    .slice(-length + 1);

function tarHeader(draw: Draw, name: string, size: number, type: string): Uint8Array {
  const block = new Uint8Array(512);
  const put = (at: number, length: number, text: string): void =>
    block.set(new TextEncoder().encode(text).subarray(0, length), at);
  put(0, 100, name);
  put(100, 8, octal(0o644, 8));
  put(108, 8, octal(0, 8));
  put(116, 8, octal(0, 8));
  put(
    124,
    12,
    draw.chance(0.97) ? octal(size, 12) : draw.pick(['77777777777', '-1', '', '\xff\xff\xff', '9']),
  );
  put(136, 12, octal(0, 12));
  put(148, 8, ' '.repeat(8));
  put(156, 1, type);
  if (type === '1' || type === '2') put(157, 100, draw.pick(['../../x', '/etc/passwd', 'm0']));
  put(257, 8, draw.chance(0.95) ? 'ustar\0' + '00' : 'ustar  \0');
  if (draw.chance(0.05)) put(345, 155, draw.pick(['..', '/tmp', 'p'.repeat(150)]));
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, 8, `${octal(draw.chance(0.98) ? sum : sum + 1, 7)}\0 `);
  return block;
}

/** A tar of a few members, of which some are what no archive of a model has. */
export function tarOf(draw: Draw): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let members = draw.upTo(4); members >= 0; members--) {
    const name = draw.chance(0.7) ? `m${members}/${draw.pick(NAMES.slice(0, 3))}` : draw.pick(NAMES);
    const type = draw.chance(0.85) ? '0' : draw.pick([...Array.from('1234567LKxgSDV'), '\0', '\xff']);
    const bytes =
      type === 'x' || type === 'g'
        ? new TextEncoder().encode(
            draw.pick([
              '11 path=../x\n',
              '9 size=9\n',
              '30 mtime=1\n',
              '12 path=a\0b\n',
              '22 linkpath=/etc/passw\n',
            ]),
          )
        : type === 'L' || type === 'K'
          ? new TextEncoder().encode(`${draw.pick(NAMES)}\0`)
          : content(draw);
    blocks.push(
      tarHeader(draw, name, bytes.length, type),
      bytes,
      new Uint8Array((512 - (bytes.length % 512)) % 512),
    );
  }
  if (draw.chance(0.95)) blocks.push(new Uint8Array(1024));
  return raw(...blocks);
}
