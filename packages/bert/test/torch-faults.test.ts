import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { openPickle } from '../src/pickle/open-pickle.js';
import { LEGACY_BEGINNING, raw, rawDict, rawLegacy, rawTensor, text } from './raw-pickle.js';
import { rawFile } from './raw-safetensors.js';
import { archive, failure, forms, golden, good, latin1, two } from './raw-torch.js';
import { rawZip } from './raw-zip.js';

describe('a pickle that would run something', () => {
  const executed = join(process.cwd(), 'EXECUTED');
  afterAll(() => expect(existsSync(executed)).toBe(false));

  it.each(['evil.bin', 'evil-legacy.bin'])('is refused by name: %s', async (file) => {
    const error = await failure(golden(file));
    expect(error).toMatchObject({ code: 'forbidden-global', global: 'posix.system', file: golden(file) });
    expect(error.message).toContain('posix.system');
    expect(error.message).toContain('Nothing of it was executed');
  });

  it.each<[string, string, Uint8Array]>([
    ['os.system', 'REDUCE', raw('cos\nsystem\n(', text('touch EXECUTED'), 'tR')],
    ['os.system', 'INST', raw('(', text('touch EXECUTED'), 'ios\nsystem\n')],
    ['os.system', 'OBJ', raw('(cos\nsystem\n', text('touch EXECUTED'), 'o')],
    ['os.system', 'NEWOBJ', raw(text('os'), text('system'), 0x93, '(', text('touch EXECUTED'), 't', 0x81)],
    ['builtins.eval', 'REDUCE', raw('c__builtin__\neval\n(', text('1'), 'tR')],
    ['builtins.getattr', 'REDUCE', raw('cbuiltins\ngetattr\n)R')],
    ['collections.namedtuple', 'REDUCE', raw('ccollections\nnamedtuple\n)R')],
    ['torch.load', 'REDUCE', raw('ctorch\nload\n)R')],
    ['torch._utils._rebuild_sparse_tensor', 'REDUCE', raw('ctorch._utils\n_rebuild_sparse_tensor\n)R')],
    ['os.FloatStorage', 'GLOBAL', raw('cos\nFloatStorage\n')],
    ['os.float32', 'GLOBAL', raw('cos\nfloat32\n')],
    ['torch.hub.FloatStorage', 'GLOBAL', raw('ctorch.hub\nFloatStorage\n')],
    ['torch.EvilStorage', 'GLOBAL', raw('ctorch\nEvilStorage\n')],
    ['torch.constructor', 'GLOBAL', raw('ctorch\nconstructor\n')],
    ['torch.float32.__class__', 'STACK_GLOBAL', raw(text('torch'), text('float32.__class__'), 0x93)],
    ['numpy.core.multiarray._reconstruct', 'GLOBAL', raw('cnumpy.core.multiarray\n_reconstruct\n')],
  ])('is refused by name: %s through %s', async (global, _, code) => {
    for (const file of forms(
      rawDict([
        ['a', rawTensor()],
        ['evil', code],
      ]),
    )) {
      const error = await failure(file);
      expect(error.code).toBe('forbidden-global');
      expect(error.global?.replace('__builtin__', 'builtins')).toBe(global);
    }
  });

  it('may name what tensors are made of, but call only what makes them', async () => {
    for (const code of [
      raw('ctorch\nFloatStorage\n)R'),
      raw('ctorch\nfloat32\n)R'),
      raw('ctorch\nTensor\n)R'),
      raw('ctorch._tensor\n_rebuild_from_type_v2\n(ccollections\nOrderedDict\nN)NtR'),
      raw('ctorch._utils\n_rebuild_parameter\n(NtR'),
      raw('ctorch._utils\n_rebuild_tensor_v3\n(NNNNNNNtR'),
      raw('ccollections\nOrderedDict\n(K', 1, 'tR'),
    ]) {
      for (const file of forms(rawDict([['a', code]])))
        expect((await failure(file)).code).toBe('pickle-invalid');
    }
  });
});

describe('tensors that cannot be', () => {
  it.each<[string, Parameters<typeof rawTensor>[0]]>([
    ['begin after their storage', { offset: 2, shape: [1] }],
    ['end after their storage', { offset: 1 }],
    ['step out of their storage', { strides: [2] }],
    ['have a negative offset', { offset: -1 }],
    ['have a negative size', { shape: [-1] }],
    ['have a negative stride', { offset: 1, strides: [-1] }],
    ['have more strides than sizes', { strides: [1, 1] }],
    ['have too many axes', { shape: Array<number>(65).fill(1), strides: Array<number>(65).fill(1) }],
    ['repeat one number a billion times', { shape: [1e9], strides: [0] }],
    ['repeat their numbers', { shape: [2, 2], strides: [0, 1] }],
    ['are larger than numbers can say', { shape: [2 ** 52, 2 ** 52], strides: [0, 0] }],
    ['end after 2^53', { shape: [2, 2], strides: [2 ** 53 - 1, 2 ** 53 - 1] }],
    ['are in a storage without end', { count: 2 ** 52, storage: 'DoubleStorage' }],
  ])('%s', async (_, tensor) => {
    for (const file of forms(rawDict([['a', rawTensor(tensor)]])))
      expect((await failure(file)).code).toBe('pickle-invalid');
  });

  it('are in storages of another length than their pickle says', async () => {
    const longer = rawDict([['a', rawTensor({ count: 3 })]]);
    expect((await failure(archive(longer))).code).toBe('size-mismatch');
    expect((await failure(rawLegacy(longer, [['0', two]]))).code).toBe('truncated');
    const shorter = rawDict([['a', rawTensor({ count: 1, shape: [1] })]]);
    expect((await failure(archive(shorter))).code).toBe('size-mismatch');
    expect((await failure(rawLegacy(shorter, [['0', two]]))).code).toBe('trailing-data');
    const swapped = rawDict([['a', rawTensor({ count: 1, shape: [1] })], ['b', rawTensor({ key: '1', count: 3, shape: [3] })]]); // prettier-ignore
    expect((await failure(rawLegacy(swapped, [['0', two], ['1', two]]))).code).toBe('size-mismatch'); // prettier-ignore
    const both = rawDict([['a', rawTensor()], ['b', rawTensor({ count: 3 })]]); // prettier-ignore
    for (const file of forms(both)) expect((await failure(file)).code).toBe('pickle-invalid');
  });

  it('are in storages that the file does not have', async () => {
    for (const file of forms(rawDict([['a', rawTensor({ key: '1' })]])))
      expect((await failure(file)).code).toBe('pickle-invalid');
    const outside = rawDict([['a', rawTensor({ key: '../data.pkl' })]]);
    expect((await failure(archive(outside))).code).toBe('pickle-invalid');
  });

  it('have one name', async () => {
    for (const file of forms(
      rawDict([
        ['a', rawTensor()],
        ['a', rawTensor()],
      ]),
    ))
      // prettier-ignore
      expect((await failure(file)).code).toBe('duplicate-name');
  });

  it('are kept nowhere', async () => {
    const persistent = (id: Uint8Array): Uint8Array => rawDict([['a', raw(id, 'Q')]]);
    for (const id of [
      text('storage'),
      raw('(', text('module'), 't'),
      raw('(', text('storage'), 'NNNNt'),
      raw('(', text('storage'), 'ctorch\nFloatStorage\n', text('0'), 'NNt'),
      raw('(', text('storage'), 'ctorch\nFloatStorage\nNNK', 2, 't'),
      raw(
        '(',
        text('storage'),
        'ctorch\nFloatStorage\n',
        text('0'),
        'NK',
        2,
        '(',
        text('1'),
        'K',
        1,
        'K',
        2,
        'tt',
      ),
    ]) {
      for (const file of forms(persistent(id))) expect((await failure(file)).code).toBe('pickle-invalid');
    }
  });

  it('are views of parts of a storage in old files', async () => {
    const file = (offset: number, length: number): Uint8Array => {
      const view = raw('(', text('1'), 'K', offset, 'K', length, 't');
      const id = raw(
        '(',
        text('storage'),
        'ctorch\nFloatStorage\n',
        text('0'),
        text('cpu'),
        'K',
        2,
        view,
        't',
      );
      const tensor = raw(
        'ctorch._utils\n_rebuild_tensor_v2\n(',
        id,
        'QK',
        0,
        '(K',
        1,
        't(K',
        1,
        't',
        0x89,
        '}tR',
      );
      return rawLegacy(rawDict([['a', tensor]]), [['0', two]]);
    };
    const checkpoint = await openPickle(file(1, 1));
    expect(await checkpoint.read('a')).toEqual(Float32Array.of(1));
    expect((await failure(file(1, 2))).code).toBe('pickle-invalid');
    expect((await failure(file(2, 1))).code).toBe('pickle-invalid');
  });

  it('are rebuilt by what rebuilds, again and again', async () => {
    const times = 30_000;
    const memoized = raw('ctorch._tensor\n_rebuild_from_type_v2\n', 0x94, '0');
    const nested = raw('(h\0N'.repeat(times), ')', 'Nt'.repeat(times));
    for (const file of forms(rawDict([['a', raw(memoized, 'h', 0, nested, 'R')]])))
      expect((await failure(file)).code).toBe('pickle-invalid');
  });
});

describe('what is no state dict', () => {
  it.each<[string, string, Uint8Array]>([
    ['a list', 'a list', raw(']')],
    ['a tensor', 'a tensor', rawTensor()],
    ['a dictionary without tensors', '"epoch"', raw('}', text('epoch'), 'K', 1, 's')],
    ['an empty dictionary', 'its keys: none', raw('}')],
  ])('%s', async (_, message, object) => {
    const error = await failure(archive(raw(0x80, 2, object, '.')));
    expect(error.code).toBe('pickle-invalid');
    expect(error.message).toContain(message);
  });

  it('is a dictionary that holds itself', async () => {
    const pickle = raw(0x80, 4, '}', 0x94, text('state_dict'), 'h', 0, 's.');
    expect((await failure(archive(pickle))).code).toBe('pickle-invalid');
  });

  it.each<[string, string, Uint8Array]>([
    ['nothing', 'empty', new Uint8Array()],
    ['a pointer', 'Git LFS', latin1('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')],
    ['a page', 'HTML', latin1('<!DOCTYPE html><html>')],
    ['gzip', 'gzip', latin1('\x1f\x8b\x08\x00')],
    ['a tar archive', 'tar', latin1(`${'\0'.repeat(257)}ustar\0`)],
    ['safetensors', 'safetensors', rawFile('{}', 0)],
    ['another pickle', 'none that torch.save wrote', good],
    ['another protocol', 'protocol is 1000', raw(LEGACY_BEGINNING.subarray(0, 15), 'M', 0xe8, 3, '.}.}.].')],
    ['a program', 'TorchScript', archive(good, { name: 'x/constants.pkl', content: new Uint8Array() })],
    [
      'a compressed program',
      'TorchScript',
      archive(
        good,
        { name: 'x/code.py', content: new Uint8Array(8), method: 8, size: 9 },
        { name: 'x/constants.pkl', content: new Uint8Array(8) },
      ),
    ],
    ['an archive of something else', 'no x/data.pkl', rawZip([{ name: 'x/y', content: new Uint8Array() }])],
    ['text', 'opcode', latin1('weights')],
  ])('is %s', async (_, message, bytes) => {
    const error = await failure(bytes);
    expect(error.code).toBe('pickle-invalid');
    expect(error.message).toContain(message);
  });
});
