/** Archives on this machine: unpacked once, the model in them found, and nothing harmful let out. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync, gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { goldenPath } from '@bertune/testkit';

import { openCheckpoint } from '../../src/checkpoint-open.js';
import { readPretrainedConfig } from '../../src/pretrained.js';
import { SourceError } from '../../src/sources/errors.js';
import { resolvePretrained } from '../../src/sources/resolve-pretrained.js';
import type { SourceProgress } from '../../src/sources/sources.js';
import { crc32 } from '../../src/sources/crc32.js';
import { makeTar, makeZip, membersOf, type Member } from './make-archive.js';
import { useTemporaryFolder } from './temporary.js';

const folder = useTemporaryFolder();
const MIB = 2 ** 20;
const model = (name: string): string => goldenPath(`model/tiny-gelu/${name}`);

function put(name: string, bytes: Uint8Array): string {
  const path = join(folder(), name);
  writeFileSync(path, bytes);
  return path;
}

async function failure(path: string): Promise<SourceError> {
  const error = await resolvePretrained(path).then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SourceError)) throw error;
  return error;
}

/** All that lies in the cache but locks and notes. */
const kept = (): string[] =>
  readdirSync(folder(), { recursive: true })
    .map(String)
    .filter((name) => name.startsWith('bertune/') && !statSync(join(folder(), name)).isDirectory());

describe('an archive', () => {
  const google = membersOf(model('tf1-pretrained'), 'uncased_L-12_H-768_A-12/');
  it.each([
    [
      'Google as released (.zip)',
      'uncased_L-12_H-768_A-12.zip',
      makeZip([{ name: 'uncased_L-12_H-768_A-12/' }, ...google]),
    ],
    [
      'TensorFlow Hub (.tar.gz)',
      'bert_4.tar.gz',
      gzipSync(makeTar([{ name: './', type: '5' }, ...membersOf(model('tf2-savedmodel-hub'), './')])),
    ],
    ['a folder in a folder (.tgz)', 'x.tgz', gzipSync(makeTar(membersOf(model('hf-sharded'), 'a/b/')))],
    ['unpacked (.tar)', 'x.tar', makeTar(membersOf(model('keras-hub')))],
    [
      'from a Mac',
      'mac.zip',
      makeZip([...membersOf(model('hf')), { name: '__MACOSX/._model.safetensors', content: 'x' }]),
    ],
  ])('%s is unpacked and its model found', async (_, name, bytes) => {
    const path = await resolvePretrained(put(name, bytes));
    const { config } = await readPretrainedConfig(path);
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.entries.size).toBeGreaterThan(20);
    expect(config.hiddenSize).toBeGreaterThan(0);
    await checkpoint.close();
    expect(kept().filter((file) => /partial|lock|download/.test(file))).toEqual([]);
  });

  it('is unpacked once, and anew when it has changed', async () => {
    const bytes = makeZip(membersOf(model('hf')));
    const told: SourceProgress[] = [];
    const options = { onProgress: (progress: SourceProgress) => void told.push(progress) };
    const archive = put('x.zip', bytes);
    const path = await resolvePretrained(archive, options);
    expect(readFileSync(join(path, 'model.safetensors'))).toEqual(
      readFileSync(join(model('hf'), 'model.safetensors')),
    );
    expect(told.at(-1)).toMatchObject({ stage: 'extracting', file: 'x.zip' });
    told.length = 0;
    expect(await resolvePretrained(archive, options)).toBe(path);
    expect(told).toEqual([]);
    utimesSync(archive, 1, 1);
    expect(await resolvePretrained(archive, options)).not.toBe(path);
  });

  it('of large members comes through whole', async () => {
    const content = Buffer.from(Float32Array.from({ length: MIB }, (_, at) => Math.sin(at)).buffer);
    const members = [
      { name: 'config.json', content: '{}' },
      { name: 'model.safetensors', content },
    ];
    for (const [name, bytes] of [
      ['a.zip', makeZip(members)],
      ['a.tar.gz', gzipSync(makeTar(members), { level: 1 })],
    ] as const) {
      const path = await resolvePretrained(put(name, bytes));
      expect(readFileSync(join(path, 'model.safetensors')).equals(content)).toBe(true);
    }
  });

  it('with no model or two is said to have none or which', async () => {
    const none = await failure(put('none.zip', makeZip([{ name: 'README.md', content: 'x' }])));
    expect(none.code).toBe('no-model');
    const two = await failure(
      put('two.zip', makeZip([...membersOf(model('hf'), 'cased/'), ...membersOf(model('hf'), 'uncased/')])),
    );
    expect([two.code, two.message]).toEqual(['no-model', expect.stringContaining('cased, uncased')]);
  });
});

describe('a harmful archive', () => {
  const file = { name: 'model.safetensors', content: 'x' };
  const names = [
    '../evil',
    'a/../../evil',
    '/etc/evil',
    'C:\\evil',
    'a\\..\\evil',
    'c:evil',
    'a\nb',
    `${'x/'.repeat(20)}y`,
    'aux?',
  ];

  it.each(names)('with the name %j is refused, and nothing of it is kept', async (name) => {
    for (const bytes of [
      makeZip([file, { name, content: 'evil' }]),
      makeTar([file, { name, content: 'evil' }]),
    ]) {
      const error = await failure(put('x.zip', bytes));
      expect([error.code, error.member]).toEqual(['unsafe-member', name]);
      expect(kept()).toEqual([]);
      expect(existsSync(join(folder(), 'evil'))).toBe(false);
    }
  });

  it.each<[string, Member]>([
    ['symbolic link', { name: 'vocab.txt', type: '2', target: '/etc/passwd' }],
    ['hard link', { name: 'vocab.txt', type: '1', target: 'model.safetensors' }],
    ['device', { name: 'vocab.txt', type: '3' }],
    ['pipe', { name: 'vocab.txt', type: '6' }],
  ])('with a %s in a tar is refused', async (kind, member) => {
    const error = await failure(put('x.tar', makeTar([file, member])));
    expect([error.code, error.member, error.message]).toEqual([
      'unsafe-member',
      'vocab.txt',
      expect.stringContaining(kind),
    ]);
    expect(kept()).toEqual([]);
  });

  it('with a symbolic link in a ZIP is refused', async () => {
    const error = await failure(
      put('x.zip', makeZip([file, { name: 'vocab.txt', content: '/etc/passwd', mode: 0xa1ff }])),
    );
    expect([error.code, error.member]).toEqual(['unsafe-member', 'vocab.txt']);
  });

  it.each<[string, Member[]]>([
    ['twice', [file, file]],
    ['twice but for capitals', [file, { name: 'Model.safetensors', content: 'y' }]],
    ['as file and folder', [file, { name: 'model.safetensors/x', content: 'y' }]],
    [
      'as folder and file',
      [
        { name: 'a/b', content: 'y' },
        { name: 'a', content: 'y' },
      ],
    ],
  ])('with a name %s is refused', async (_, members) => {
    for (const bytes of [makeZip(members), makeTar(members)])
      expect((await failure(put('x.zip', bytes))).code).toBe('unsafe-member');
  });

  it('that is a bomb is refused: by what it says, or by what comes out of it', async () => {
    const zeros = Buffer.alloc(70 * MIB);
    const packed = deflateRawSync(zeros, { level: 1 });
    const member = { name: 'model.safetensors', packed, crc: 0 };
    const bomb = makeZip([{ ...member, size: zeros.length }]);
    expect(bomb.length).toBeLessThan(0.5 * MIB);
    const said = await failure(put('x.zip', bomb));
    // All that it says it has, not the first byte too many: it was refused before anything of it was written.
    expect([said.code, said.message]).toEqual([
      'archive-too-large',
      expect.stringContaining(`at least ${zeros.length} bytes`),
    ]);
    const liar = makeZip([{ ...member, size: 10 }]);
    expect((await failure(put('x.zip', liar))).code).toBe('archive-invalid');
    const tar = gzipSync(makeTar([{ name: 'model.safetensors', content: zeros }]), { level: 1 });
    expect((await failure(put('x.tar.gz', tar))).code).toBe('archive-too-large');
    const many = makeTar(Array.from({ length: 10_001 }, (_, at) => ({ name: `f${at}` })));
    expect((await failure(put('x.tar', many))).code).toBe('archive-too-large');
    expect(kept()).toEqual([]);
  });

  it('whose headers never end is refused before they are held in memory', async () => {
    const meta = makeTar([{ name: 'pax', type: 'x', content: Buffer.alloc(MIB, 'x') }, file]);
    expect((await failure(put('x.tar', meta))).code).toBe('unsafe-member');
  });

  it('that is damaged, cut off, encrypted or no archive is said to be', async () => {
    const zip = makeZip([file, ...membersOf(model('hf'), 'x/')]);
    const tar = gzipSync(makeTar([file, ...membersOf(model('hf'), 'x/')]));
    const cases: Buffer[] = [
      makeZip([{ ...file, crc: 1 }]),
      makeZip([{ ...file, isEncrypted: true }]),
      ...[10, 1000, zip.length - 30].map((length) => zip.subarray(0, length)),
      ...[10, 1000, tar.length - 8].map((length) => tar.subarray(0, length)),
      Buffer.from(tar).fill(0xff, 2000, 2100),
      makeTar([file]).fill(1, 0, 10),
      makeTar([{ ...file, size: 5000 }]).subarray(0, 1024),
      Buffer.from('<!doctype html><title>Sign in</title>'),
      Buffer.alloc(0),
      Buffer.alloc(2000),
    ];
    for (const [at, bytes] of cases.entries()) {
      const error = await failure(put('x.zip', bytes));
      expect([at, error.code]).toEqual([at, 'archive-invalid']);
    }
    expect(kept()).toEqual([]);
  });
});

it('CRC-32 is that of the standard', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  expect(crc32(Buffer.from('6789'), crc32(Buffer.from('12345')))).toBe(0xcbf43926);
});

describe('a path', () => {
  it('to a folder, weights or the beginning of a checkpoint is itself', async () => {
    for (const path of [
      model('hf'),
      model('hf/model.safetensors'),
      join(model('tf1-pretrained'), 'bert_model.ckpt'),
    ])
      expect(await resolvePretrained(path)).toBe(path);
  });

  it('that leads nowhere is no id of the hub, and what may have been meant is named', async () => {
    mkdirSync(join(folder(), 'my-model'));
    for (const [source, remark] of [
      [join(folder(), 'my-modle'), `Did you mean ${join(folder(), 'my-model')}?`],
      [join(folder(), 'no', 'such', 'model'), `There is no folder ${join(folder(), 'no')}.`],
      ['./my-model', 'no such folder or file'],
      ['../x/y', 'no such folder or file'],
      ['models/', 'no such folder or file'],
      ['my model', 'no such folder or file'],
    ] as const) {
      const error = await failure(source);
      expect([error.code, error.message]).toEqual(['not-found', expect.stringContaining(remark)]);
    }
  });

  it('to a file that is no model says what to give', async () => {
    const config = await failure(put('config.json', new TextEncoder().encode('{}')));
    expect([config.code, config.message]).toEqual([
      'no-model',
      expect.stringContaining(`found the file config.json. Give the folder, ${folder()}.`),
    ]);
    const packed = await failure(put('model.tar.bz2', new Uint8Array(9)));
    expect([packed.code, packed.message]).toEqual([
      'no-model',
      expect.stringMatching(/expected an archive that is unpacked here \(\.zip.*Unpack it/),
    ]);
    put('weights.index', new Uint8Array(1));
    const prefix = put('weights', new Uint8Array(1));
    expect(await resolvePretrained(prefix)).toBe(prefix);
  });

  it('as an address is that path, and other schemes are refused', async () => {
    const path = put('a model.safetensors', new Uint8Array(9));
    expect(await resolvePretrained(pathToFileURL(path).href)).toBe(path);
    for (const address of ['ftp://host/model', 's3://bucket/model', 'file://elsewhere/model'])
      expect([address, (await failure(address)).code]).toEqual([address, 'not-a-source']);
  });

  it('to a clone without Git LFS says what to run', async () => {
    put('config.json', Buffer.from('{}'));
    put(
      'model.safetensors',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 440449768\n'),
    );
    for (const path of [folder(), join(folder(), 'model.safetensors')]) {
      const error = await failure(path);
      expect([error.code, error.message]).toEqual(['lfs-pointer', expect.stringContaining('git lfs pull')]);
    }
  });
});
