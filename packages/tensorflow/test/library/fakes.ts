import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';

import { afterAll } from '@jest/globals';

import type { Build } from '../../src/library/builds.js';
import { platformOf } from '../../src/library/platform.js';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder, removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tensorflow-test-'));
  folders.push(folder);
  return folder;
}

/** Writes files below a folder; names with `/`. Returns the folder. */
export function fill(folder: string, files: Readonly<Record<string, string | Buffer>>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A shell script that can be run. */
export function script(folder: string, name: string, body: string): string {
  const file = join(folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

const platform = platformOf();

/** Names of the two libraries on this system. */
export const coreName = platform.coreNames[0] ?? '';
export const frameworkName = platform.frameworkName;

const machines: Readonly<Record<string, readonly [elf: number, macho: number]>> = {
  x64: [62, 0x01000007],
  arm64: [183, 0x0100000c],
};

/** Headers of a shared library with nothing in it, of this system unless another processor is named. */
export function sharedObject(tail = '', processor: string = process.arch): Buffer {
  const [elf, macho] = machines[processor] ?? [0, 0];
  const content = Buffer.from(tail);
  if (platform.format === 'mach-o') {
    const head = Buffer.alloc(32 + 72);
    head.writeUInt32LE(0xfeedfacf, 0);
    head.writeUInt32LE(macho, 4);
    head.writeUInt32LE(6, 12);
    head.writeUInt32LE(1, 16);
    head.writeUInt32LE(0x19, 32);
    head.writeUInt32LE(72, 36);
    head.writeBigUInt64LE(BigInt(head.length + content.length), 32 + 48);
    return Buffer.concat([head, content]);
  }
  const head = Buffer.alloc(64);
  head.writeUInt32BE(0x7f454c46, 0);
  head.set([2, 1, 1], 4);
  head.writeUInt16LE(3, 16);
  head.writeUInt16LE(elf, 18);
  // A table of one section header at the end.
  head.writeBigUInt64LE(BigInt(head.length + content.length), 40);
  head.writeUInt16LE(64, 58);
  head.writeUInt16LE(1, 60);
  return Buffer.concat([head, content, Buffer.alloc(64)]);
}

/** Files of a Python package `tensorflow` as pip installs it. */
export function installedTensorFlow(folder: string, version = '2.21.0'): string {
  return fill(folder, {
    [`tensorflow/${coreName}`]: sharedObject('core'),
    [`tensorflow/${frameworkName}`]: sharedObject('framework'),
    [`tensorflow_cpu-${version}.dist-info/METADATA`]: '',
  });
}

function crc32(data: Buffer): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** A zip archive. */
export function zip(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const bytes = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(bytes.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, bytes, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), fields, rest, bytes]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(centrals.length, 4);
  end.writeUInt16LE(centrals.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06'), end]);
}

function digest(content: string | Buffer, encoding: 'hex' | 'base64url'): string {
  return createHash('sha256').update(content).digest(encoding);
}

/** A wheel with a RECORD that is true unless `lies` says other contents for some files. */
export function wheel(
  distribution: string,
  files: Readonly<Record<string, string | Buffer>>,
  { metadata = '', lies = {} }: { metadata?: string; lies?: Readonly<Record<string, string>> } = {},
): Buffer {
  const version = distribution.split('-')[1] ?? '';
  const info = `${distribution}.dist-info`;
  const all = {
    ...files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${distribution.split('-')[0]}\nVersion: ${version}\n${metadata}`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n',
  };
  const record = Object.entries(all).map(
    ([name, content]) =>
      `${name},sha256=${digest(lies[name] ?? content, 'base64url')},${Buffer.from(content).length}\n`,
  );
  return zip({ ...all, [`${info}/RECORD`]: `${record.join('')}${info}/RECORD,,\n` });
}

/** What a fake TensorFlow wheel holds. */
export const wheelFiles = {
  [`tensorflow/${coreName}`]: sharedObject('the core'),
  [`tensorflow/${frameworkName}`]: sharedObject('the framework'),
  'tensorflow/include/LICENSE': 'licence',
  'tensorflow/THIRD_PARTY_NOTICES.txt': 'notices',
  'tensorflow/python/much_else.py': 'not wanted',
};

/** A build of that wheel, small and for this system. */
export const fakeBuild: Build = {
  entry: `tensorflow-2.21.0-${platform.id}`,
  package: 'tensorflow-cpu',
  version: '2.21.0',
  cuda: false,
  pythonVersion: '3.12',
  tags: ['any'],
  downloadBytes: 10_000,
  unpackedBytes: 10_000,
  members: Object.fromEntries(
    [coreName, frameworkName].map((name) => {
      const content = wheelFiles[`tensorflow/${name}`] ?? '';
      return [`tensorflow/${name}`, { size: content.length, sha256: digest(content, 'hex') }];
    }),
  ),
};

/**
 * A `python3` that knows `-m pip` and nothing else. `pip download` copies the wheels of `folder` whose names start as the
 * requirement does; every call leaves a line in `calls`.
 */
export function fakePip(
  wheels: string,
  { version = '23.2.1', before = '' } = {},
): {
  readonly environment: NodeJS.ProcessEnv;
  readonly calls: string;
} {
  const bin = temporaryFolder();
  const calls = join(bin, 'calls');
  script(
    bin,
    'python3',
    `if [ "$2" = pip ] && [ "$3" = --version ]; then echo "pip ${version} from /x (python 3.11)"; exit 0; fi
if [ "$2" != pip ]; then echo folder:; exit 0; fi
echo "$@" >> "${calls}"
${before}
for last in "$@"; do case "$last" in --dest=*) dest="\${last#--dest=}";; esac; done
name=$(echo "$last" | sed 's/[<>=].*//; s/-/_/g')
mkdir -p "$dest"
cp "${wheels}/$name"-*.whl "$dest/" && exit 0
echo "ERROR: No matching distribution found for $last" >&2
exit 1`,
  );
  // The system's own folders for sh, sed and cp; a Python there comes after the fake one.
  return { environment: { PATH: `${bin}:/usr/bin:/bin`, HOME: bin }, calls };
}
