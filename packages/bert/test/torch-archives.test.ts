import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { goldenPath } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';

import { openCheckpoint } from '../src/checkpoint-open.js';
import { memoryFile } from '../src/files-memory.js';
import { openPickle } from '../src/pickle/open-pickle.js';
import { LEGACY_BEGINNING, raw, rawDict, rawLegacy, rawTensor, text, uint64 } from './raw-pickle.js';
import { temporaryFolder } from './raw-safetensors.js';
import { archive, bytesOf, failure, golden, good, latin1, two } from './raw-torch.js';
import { rawZip } from './raw-zip.js';

describe('archives that cannot be', () => {
  const data = { name: 'x/data.pkl', content: good };
  const zero = { name: 'x/data/0', content: bytesOf(two) };

  it.each<[string, string, Uint8Array]>([
    ['are compressed', 'archive-invalid', rawZip([data, { ...zero, method: 8 }])],
    ['would be a billion bytes', 'archive-invalid', rawZip([data, { ...zero, method: 8, size: 1e9 }])],
    ['have a member twice', 'duplicate-name', rawZip([data, zero, zero])],
    ['have a member in another', 'offsets-overlap', rawZip([data, { ...zero, offset: 4 }])],
    ['have a member in the list', 'offsets-outside-file', rawZip([data, { ...zero, size: 1000 }])],
    ['have a member after the end', 'offsets-outside-file', rawZip([data, { ...zero, offset: 2 ** 31 }])],
    ['have a list after the end', 'archive-invalid', rawZip([data, zero], { listOffset: 1e6 })],
    ['have a list elsewhere', 'archive-invalid', rawZip([data, zero], { listOffset: 0 })],
    ['have more members than listed', 'archive-invalid', rawZip([data, zero], { count: 60000 })],
    [
      'have another order of bytes',
      'pickle-invalid',
      archive(good, { name: 'x/byteorder', content: latin1('middle') }),
    ],
    [
      'have a long order of bytes',
      'pickle-invalid',
      archive(good, { name: 'x/byteorder', content: new Uint8Array(99) }),
    ],
    ['have half a pickle', 'pickle-invalid', archive(good.subarray(0, -1))],
  ])('%s: %s', async (_, code, bytes) => {
    expect((await failure(bytes)).code).toBe(code);
  });

  it('have members where others should be', async () => {
    const bytes = archive(good);
    bytes[bytes.indexOf(0x50, 40)] = 0; // the header of x/data/0 in front of its content
    expect((await failure(bytes)).code).toBe('archive-invalid');
  });

  it('have a header that leads out of their place', async () => {
    const bytes = archive(good);
    const header = Buffer.from(bytes).lastIndexOf('PK\x03\x04');
    bytes[header + 29] = 0xff; // length of the extra fields before the content
    expect((await failure(bytes)).code).toBe('archive-invalid');
  });

  it('have their end elsewhere', async () => {
    const whole = new Uint8Array(readFileSync(golden('protocol-2.bin')));
    const end = Buffer.from(whole).lastIndexOf('PK\x06\x06');
    const locator = Buffer.from(whole).lastIndexOf('PK\x06\x07');
    for (const [at, value] of [
      [locator + 8, 2n ** 60n],
      [locator + 8, 0n],
      [end + 32, 2n ** 60n],
      [end + 40, 2n ** 60n],
      [end + 48, 2n ** 60n],
    ] as const) {
      const bytes = whole.slice();
      new DataView(bytes.buffer).setBigUint64(at, value, true);
      expect([at, (await failure(bytes)).code]).toEqual([at, 'archive-invalid']);
    }
  });

  it('have a comment, and are read', async () => {
    for (const comment of [
      '',
      'PK\x05\x06 in a comment that is longer than the end of an archive',
      'x'.repeat(0xffff),
    ]) {
      const bytes = rawZip([data, zero], { comment: latin1(comment) });
      const checkpoint = await openPickle(bytes);
      expect(await checkpoint.read('a')).toEqual(two);
    }
  });

  it.each(['protocol-2.bin', 'protocol-4-legacy.bin'])('are cut off: %s', async (name) => {
    const whole = new Uint8Array(readFileSync(golden(name)));
    for (let length = 0; length < whole.length; length++) await failure(whole.subarray(0, length));
    expect(['truncated', 'pickle-invalid']).toContain((await failure(whole.subarray(0, -1))).code);
    await openPickle(whole);
  });
});

describe('the pickle of an old file', () => {
  it('may be longer than what is read first', async () => {
    const names = Array.from({ length: 6000 }, (_, i) => `${'layer.'.repeat(10)}${i}`);
    const pickle = rawDict(names.map((name) => [name, rawTensor()]));
    expect(pickle.length).toBeGreaterThan(2 ** 19);
    const file = memoryFile(rawLegacy(pickle, [['0', two]]));
    let allocated = 0;
    const checkpoint = await openPickle({
      ...file,
      read: (target, offset) => {
        allocated += target.length;
        return file.read(target, offset);
      },
    });
    expect([...checkpoint.entries.keys()].sort()).toEqual(names.sort());
    expect(allocated).toBeLessThan(4 * file.size);
  });

  it.each<[string, Uint8Array]>([
    ['lists a storage twice', raw(']', text('0'), 'a', text('0'), 'a.')],
    ['lists a storage of no tensor', raw(']', text('0'), 'a', text('1'), 'a.')],
    ['has no list', raw('}.')],
  ])('%s', async (_, keys) => {
    const bytes = raw(LEGACY_BEGINNING, good, keys, uint64(2n), bytesOf(two));
    expect((await failure(bytes)).code).toMatch(/pickle-invalid|duplicate-name/);
  });
});

it('closes its file when it cannot be read', async () => {
  let open = true;
  const close = (): Promise<void> => {
    open = false;
    return Promise.resolve();
  };
  await failure({ ...memoryFile(latin1('weights')), close });
  expect(open).toBe(false);
});

describe('openCheckpoint', () => {
  it('takes the path of a file of PyTorch by its ending, whatever its form', async () => {
    const folder = temporaryFolder();
    for (const name of ['model.pt', 'model.pth', 'pytorch_model.bin', 'last.ckpt']) {
      writeFileSync(join(folder, name), archive(good));
      const checkpoint = await openCheckpoint(join(folder, name));
      expect(checkpoint.file).toBe(join(folder, name));
      await checkpoint.close();
    }
  });

  it('prefers safetensors, and names what else there is', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'model.pt'), archive(good));
    await expect(openCheckpoint(folder)).rejects.toThrow('Found model.pt');
    writeFileSync(join(folder, 'pytorch_model.bin'), archive(good));
    const { file } = await openCheckpoint(folder);
    expect(file).toBe(join(folder, 'pytorch_model.bin'));
    writeFileSync(
      join(folder, 'model.safetensors'),
      readFileSync(goldenPath('model/tiny-gelu/hf/model.safetensors')),
    );
    expect((await openCheckpoint(folder)).file).toBe(join(folder, 'model.safetensors'));
  });
});
