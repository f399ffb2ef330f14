import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { OutOfBytes } from '../src/pickle/pickle-bytes.js';
import type { PickleHost } from '../src/pickle/pickle-machine.js';
import { PickleDict, PickleGlobal, PickleList, PickleSet, PickleTuple } from '../src/pickle/pickle-values.js';
import { unpickle } from '../src/pickle/unpickle.js';
import { raw, text, uint32, uint64 } from './raw-pickle.js';

/** Written by Python 3.11: tools/reference/torch_files.py. */
const golden = fileURLToPath(new URL('golden/pickle/', import.meta.url));

const calls: unknown[] = [];
const host: PickleHost = {
  find: (module, name) => {
    if (module === 'collections') return new PickleGlobal(name, ([pairs]) => fromPairs(pairs));
    if (module === 'test') return new PickleGlobal(name, (args) => calls.push(args));
    throw new Error(`forbidden ${module}.${name}`);
  },
  persistent: (id) => id,
  fault: (found) => new Error(found),
  duplicate: (key) => new Error(`twice ${key}`),
  budget: 1e6,
};

/** `OrderedDict`: empty, or of a list of lists of two. */
function fromPairs(pairs: unknown): PickleDict {
  const dict = new PickleDict();
  for (const pair of pairs instanceof PickleList ? pairs.items : []) {
    if (pair instanceof PickleList) dict.set(pair.items[0], pair.items[1]);
  }
  return dict;
}

const load = (...parts: readonly (string | number | Uint8Array)[]): unknown =>
  unpickle(raw(...parts), 0, host).value;

/** Lists and tuples as arrays, dictionaries as lists of entries. */
function plain(value: unknown): unknown {
  if (value instanceof PickleList || value instanceof PickleTuple) return value.items.map(plain);
  if (value instanceof PickleDict) return [...value.entries].map(([key, item]) => [key, plain(item)]);
  return value;
}

describe('unpickle', () => {
  it.each([0, 1, 2, 3, 4, 5])('reads what Python writes in protocol %d', (protocol) => {
    const bytes = readFileSync(join(golden, `protocol-${protocol}.pkl`));
    const { value, end } = unpickle(bytes, 0, host);
    expect(end).toBe(bytes.length);
    expect(plain(value)).toEqual([
      ['integers', [0, 255, 256, 65535, 65536, -1, 2 ** 31, -(2 ** 31), 2n ** 53n, -(2n ** 63n), 2n ** 100n]],
      ['floats', [0.5, -1e300, Infinity, -Infinity]],
      ['others', [null, true, false]],
      ['texts', ['', 'ü', '\u{1f600}', 'line\nbreak \\u0041', 'x'.repeat(300)]],
      ['tuples', [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]],
      [
        'shared',
        [
          [1, 2],
          [1, 2],
        ],
      ],
      [
        'ordered',
        [
          ['b', 1],
          ['a', []],
        ],
      ],
      [7, 'a number for a key'],
    ]);
    const shared = (value as PickleDict).entries.get('shared') as PickleList;
    expect(shared.items[0]).toBe(shared.items[1]);
  });

  it.each<[string, unknown, Uint8Array]>([
    ['strings of Python 2', ['a\n\\"', 'b', 'c'], raw("(S'a\\n\\\\\"'\nT", uint32(1), 'bU\x01cl.')],
    ['strings of bytes in hexadecimal', 'é', raw("S'\\xe9'\n.")],
    ['bytes', new Uint8Array([1, 2]), raw('C', 2, 1, 2, '.')],
    ['long bytes', new Uint8Array([1, 2]), raw('B', uint32(2), 1, 2, '.')],
    ['longer bytes', new Uint8Array([1, 2]), raw(0x8e, uint64(2n), 1, 2, '.')],
    ['bytearrays', new Uint8Array([1, 2]), raw(0x96, uint64(2n), 1, 2, '.')],
    ['long strings', 'ü', raw(0x8d, uint64(2n), 0xc3, 0xbc, '.')],
    ['integers of 32 bytes', -(2n ** 255n), raw(0x8b, uint32(32), ...Array<number>(31).fill(0), 0x80, '.')],
    ['an integer of no bytes', 0, raw(0x8a, 0, '.')],
    ['numbers as text', [1.5, -2, 3, true, false], raw('(F1.5\nI-2\nL3L\nI01\nI00\nt.')],
    ['a frame', 1, raw(0x80, 4, 0x95, uint64(3n), 'K', 1, '.')],
    ['pops and copies', [1, 1], raw('K', 1, '2(K', 2, '1K', 3, '0', 0x86, '.')],
    ['the memo', ['a', 'a', 'a'], raw(text('a'), 0x94, 'g0\nh', 0, 0x87, '.')],
    ['a memo with large numbers', [1, 1, 1], raw('K', 1, 'r', uint32(0xffffffff), 'p9\n', 'j', uint32(0xffffffff), 'g9\n', 0x87, '.')], // prettier-ignore
    ['attributes of dictionaries', [], raw('ccollections\nOrderedDict\n)R}b.')],
    [
      'dictionaries of Python 2',
      [['a', 1]],
      raw('ccollections\nOrderedDict\n((l(l', text('a'), 'aK', 1, 'aatR.'),
    ],
    ['dictionaries at once', [['a', 1]], raw('(', text('a'), 'K', 1, 'd.')],
  ])('reads %s', (_, expected, bytes) => {
    expect(plain(unpickle(bytes, 0, host).value)).toEqual(expected);
  });

  it('keeps of sets only that they are sets', () => {
    expect(load(0x8f, '(K', 1, 0x90, '.')).toBeInstanceOf(PickleSet);
    expect(load('(K', 1, 0x91, '.')).toBeInstanceOf(PickleSet);
  });

  it('calls what the host knows by each of the opcodes that call, and nothing else', () => {
    const forms = [
      raw('ctest\nf\n(K', 1, 'tR.'),
      raw(text('test'), text('f'), 0x93, '(K', 1, 't', 0x81, '.'),
      raw('ctest\nf\n(K', 1, 't}', 0x92, '.'),
      raw('(K', 1, 'itest\nf\n.'),
      raw('(ctest\nf\nK', 1, 'o.'),
    ];
    for (const form of forms) {
      calls.length = 0;
      unpickle(form, 0, host);
      expect(calls).toEqual([[1]]);
      const other = Buffer.from(form).toString('latin1').replace('test', 'os');
      // the string before STACK_GLOBAL is two bytes shorter now
      expect(() => load(other.replace('\x8c\x04os', '\x8c\x02os'))).toThrow('forbidden os.f');
    }
  });

  it('knows two pickles one after the other', () => {
    const bytes = raw('K', 1, '.K', 2, '.');
    const first = unpickle(bytes, 0, host);
    expect(first).toEqual({ value: 1, end: 3 });
    expect(unpickle(bytes, first.end, host)).toEqual({ value: 2, end: 6 });
  });

  it.each<[string, string, Uint8Array]>([
    ['an opcode there is none of', 'opcode 0xff', raw(0xff)],
    ['a persistent id as text', 'opcode 0x50', raw('Pid\n.')],
    ['an extension', 'opcode 0x82', raw(0x82, 1, '.')],
    ['a buffer out of band', 'opcode 0x97', raw(0x97, '.')],
    ['protocol 6', 'protocol 6', raw(0x80, 6)],
    ['an empty stack', 'operand', raw('.')],
    ['a mark for a value', 'operand', raw('(.')],
    ['a pop of nothing', 'operand', raw('0')],
    ['a tuple of too few', 'operand', raw('K', 1, 0x86)],
    ['no mark', 'a mark is missing', raw('K', 1, 't')],
    ['objects left over', '1 objects are left over', raw('NN.')],
    ['elements for a tuple', 'elements for a tuple', raw(')K', 1, 'a')],
    ['entries for a list', 'entries for a list', raw(']NNs')],
    ['a key without a value', 'key without', raw('}(Nu')],
    ['a set that is not there', 'a set that', raw('](N', 0x90)],
    ['a name that is a number', 'for a name', raw('K', 1, text('a'), 0x93)],
    ['a call of a list', 'a call of a list', raw('])R')],
    ['a call with a list', 'a call with a list', raw('ctest\nf\n]R')],
    ['a call with keywords', 'keywords', raw('ctest\nf\n)}', text('a'), 'Ns', 0x92)],
    ['attributes of a list', 'attributes of a list', raw(']}b')],
    ['a memo that is empty', 'object 3 of its memo', raw('h', 3)],
    ['an integer of 33 bytes', 'an integer of 33 bytes', raw(0x8a, 33, new Uint8Array(33))],
    ['an integer of 4 GB', 'an integer of 4294967295', raw(0x8b, 0xff, 0xff, 0xff, 0xff)],
    ['a word for an integer', 'for an integer', raw('Iabc\n')],
    ['a long row of digits', 'for an integer', raw(`L${'9'.repeat(1000)}L\n`)],
    ['a word for a number', 'for a number', raw('F0x10\n')],
    ['a string without quotes', 'quotes', raw('Sabc\n')],
    ['a character there is none of', 'character', raw('V\\Uffffffff\n')],
    ['a long line', 'a line of', raw('V', 'a'.repeat(2 ** 16 + 1))],
    ['one key twice', 'twice a', raw('}', text('a'), 'Ns', text('a'), 'Ns')],
    ['one key twice at once', 'twice a', raw('}(', text('a'), 'N', text('a'), 'Nu')],
  ])('refuses %s', (_, message, bytes) => {
    expect(() => unpickle(bytes, 0, host)).toThrow(message);
  });

  it('says when the bytes end too soon, wherever that is', () => {
    const whole = readFileSync(join(golden, 'protocol-4.pkl'));
    for (let length = 0; length < whole.length; length++) {
      expect(() => unpickle(whole.subarray(0, length), 0, host)).toThrow(OutOfBytes);
    }
    for (const opcode of [0x58, 0x54, 0x42, 0x8d, 0x8e, 0x96]) {
      expect(() => load(opcode, ...Array<number>(8).fill(0xff), 0, 0)).toThrow(OutOfBytes);
    }
  });

  it.each<[string, Uint8Array]>([
    ['empty dictionaries', raw('}')],
    ['empty lists', raw(']')],
    ['tuples', raw('N', 0x85)],
    ['dictionaries with an entry', raw('}NNs')],
    ['places in the memo', raw('N', 0x94)],
    ['places in the memo alone', raw(0x94)],
    ['bytes', raw('C', 100, new Uint8Array(100))],
    ['marks', raw('(')],
    ['copies', raw('N2')],
    ['strings', text('a'.repeat(100))],
  ])('is not made to fill the memory with %s', (_, unit) => {
    const bytes = new Uint8Array(1e6);
    bytes[0] = 0x4e; // an object to put into the memo
    for (let at = 1; at + unit.length <= bytes.length; at += unit.length) bytes.set(unit, at);
    expect(() => unpickle(bytes, 0, host)).toThrow('more than 1000000 bytes of memory');
  });

  it('takes a million nested lists for what they are', () => {
    const depth = 1e6;
    const bytes = new Uint8Array(2 * depth + 1).fill(0x5d, 0, depth).fill(0x61, depth);
    bytes[2 * depth - 1] = 0x2e;
    const { value } = unpickle(bytes, 0, { ...host, budget: 1e9 });
    expect((value as PickleList).items).toHaveLength(1);
  });
});
