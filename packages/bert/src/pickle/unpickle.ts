import { unescaped, unquoted } from './pickle-bytes.js';
import { type PickleHost, PickleMachine } from './pickle-machine.js';
import { PickleDict, PickleList, PickleSet, PickleTuple } from './pickle-values.js';

/** Highest protocol there is. */
const PROTOCOL = 5;

const STOP = 0x2e;

const NO_ITEMS = new PickleTuple([]);

/** A dictionary or list of what lies above the mark. */
function collected(machine: PickleMachine, container: PickleDict | PickleList): void {
  const items = machine.popToMark();
  machine.pushContainer(container);
  if (container instanceof PickleDict) machine.setItems(items);
  else machine.append(items);
}

/** Integer in decimal, or one of the booleans of protocols 0 and 1. */
function pushDecimal(machine: PickleMachine): void {
  const line = machine.input.line();
  machine.push(line === '00' ? false : line === '01' ? true : machine.input.decimal(line));
}

function newObject(machine: PickleMachine, keywords: unknown): void {
  if (!(keywords instanceof PickleDict) || keywords.entries.size > 0)
    throw machine.fault('a call with keywords');
  const args = machine.pop();
  machine.call(machine.pop(), args);
}

/** What each opcode does: those that make data, and calls of what the host knows. */
const OPCODES: Readonly<Record<number, (machine: PickleMachine) => void>> = {
  [0x80]: (m) => {
    // PROTO
    const protocol = m.input.uint8();
    if (protocol > PROTOCOL) throw m.fault(`protocol ${protocol}, where ${PROTOCOL} is the highest there is`);
  },
  [0x95]: (m) => void m.input.uint64(), // FRAME, a hint how much to read at once
  [0x28]: (m) => m.mark(), // MARK
  [0x30]: (m) => m.drop(), // POP
  [0x31]: (m) => void m.popToMark(), // POP_MARK
  [0x32]: (m) => m.push(m.top()), // DUP

  [0x4e]: (m) => m.push(null), // NONE
  [0x88]: (m) => m.push(true), // NEWTRUE
  [0x89]: (m) => m.push(false), // NEWFALSE
  [0x49]: pushDecimal, // INT
  [0x4b]: (m) => m.push(m.input.uint8()), // BININT1
  [0x4d]: (m) => m.push(m.input.uint16()), // BININT2
  [0x4a]: (m) => m.push(m.input.int32()), // BININT
  [0x4c]: (m) => m.push(m.input.decimal(m.input.line())), // LONG
  [0x8a]: (m) => m.push(m.input.long(m.input.uint8())), // LONG1
  [0x8b]: (m) => m.push(m.input.long(m.input.uint32())), // LONG4
  [0x46]: (m) => m.push(m.input.float(m.input.line())), // FLOAT
  [0x47]: (m) => m.push(m.input.float64()), // BINFLOAT

  [0x56]: (m) => m.pushText(unescaped(m.input.line(), (found) => m.fault(found))), // UNICODE
  [0x8c]: (m) => m.pushText(m.input.text(m.input.uint8())), // SHORT_BINUNICODE
  [0x58]: (m) => m.pushText(m.input.text(m.input.uint32())), // BINUNICODE
  [0x8d]: (m) => m.pushText(m.input.text(m.input.uint64())), // BINUNICODE8
  [0x53]: (m) => m.pushText(unquoted(m.input.line(), (found) => m.fault(found))), // STRING, of Python 2
  [0x55]: (m) => m.pushText(m.input.text(m.input.uint8())), // SHORT_BINSTRING, of Python 2
  [0x54]: (m) => m.pushText(m.input.text(m.input.uint32())), // BINSTRING, of Python 2
  [0x43]: (m) => m.pushBytes(m.input.take(m.input.uint8())), // SHORT_BINBYTES
  [0x42]: (m) => m.pushBytes(m.input.take(m.input.uint32())), // BINBYTES
  [0x8e]: (m) => m.pushBytes(m.input.take(m.input.uint64())), // BINBYTES8
  [0x96]: (m) => m.pushBytes(m.input.take(m.input.uint64())), // BYTEARRAY8

  [0x29]: (m) => m.push(NO_ITEMS), // EMPTY_TUPLE
  [0x85]: (m) => m.tuple(1), // TUPLE1
  [0x86]: (m) => m.tuple(2), // TUPLE2
  [0x87]: (m) => m.tuple(3), // TUPLE3
  [0x74]: (m) => {
    // TUPLE
    const items = m.popToMark();
    m.pushContainer(new PickleTuple(items), items.length);
  },
  [0x5d]: (m) => m.pushContainer(new PickleList()), // EMPTY_LIST
  [0x6c]: (m) => collected(m, new PickleList()), // LIST
  [0x61]: (m) => m.append([m.pop()]), // APPEND
  [0x65]: (m) => m.append(m.popToMark()), // APPENDS
  [0x7d]: (m) => m.pushContainer(new PickleDict()), // EMPTY_DICT
  [0x64]: (m) => collected(m, new PickleDict()), // DICT
  [0x73]: (m) => {
    // SETITEM
    const value = m.pop();
    m.setItems([m.pop(), value]);
  },
  [0x75]: (m) => m.setItems(m.popToMark()), // SETITEMS
  [0x8f]: (m) => m.pushContainer(new PickleSet()), // EMPTY_SET
  [0x90]: (m) => {
    // ADDITEMS
    m.popToMark();
    if (!(m.top() instanceof PickleSet)) throw m.fault('elements for a set that is not there');
  },
  [0x91]: (m) => {
    // FROZENSET
    m.popToMark();
    m.pushContainer(new PickleSet());
  },

  [0x67]: (m) => m.recall(m.input.decimal(m.input.line())), // GET
  [0x68]: (m) => m.recall(m.input.uint8()), // BINGET
  [0x6a]: (m) => m.recall(m.input.uint32()), // LONG_BINGET
  [0x70]: (m) => m.memoize(m.input.decimal(m.input.line())), // PUT
  [0x71]: (m) => m.memoize(m.input.uint8()), // BINPUT
  [0x72]: (m) => m.memoize(m.input.uint32()), // LONG_BINPUT
  [0x94]: (m) => m.memoize(), // MEMOIZE

  [0x63]: (m) => m.find(m.input.line(), m.input.line()), // GLOBAL
  [0x93]: (m) => {
    // STACK_GLOBAL
    const name = m.pop();
    m.find(m.pop(), name);
  },
  [0x51]: (m) => m.persistent(), // BINPERSID
  [0x52]: (m) => newObject(m, new PickleDict()), // REDUCE
  [0x81]: (m) => newObject(m, new PickleDict()), // NEWOBJ
  [0x92]: (m) => newObject(m, m.pop()), // NEWOBJ_EX
  [0x62]: (m) => m.build(), // BUILD
  [0x69]: (m) => {
    // INST, of Python 2
    const items = m.popToMark();
    m.find(m.input.line(), m.input.line());
    m.call(m.pop(), new PickleTuple(items));
  },
  [0x6f]: (m) => {
    // OBJ, of Python 2
    const [target, ...args] = m.popToMark();
    m.call(target, new PickleTuple(args));
  },
};

/**
 * Reads one pickle of protocols 0 to 5: numbers, strings, bytes, containers, and what `host` knows. It has no way to
 * look anything up in a program, import or run. Nothing is recursive, and what is made is limited by `host.budget`.
 * @param bytes that hold the pickle
 * @param start index of its first byte
 * @returns the object, and the index after the pickle's last byte
 * @throws OutOfBytes when the bytes end before the pickle does
 * @throws what `host` makes of faults and of names it refuses
 * @see https://github.com/python/cpython/blob/v3.13.0/Lib/pickletools.py
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  host: PickleHost,
): { readonly value: unknown; readonly end: number } {
  const machine = new PickleMachine(bytes, start, host);
  for (;;) {
    const opcode = machine.input.uint8();
    if (opcode === STOP) break;
    const run = OPCODES[opcode];
    if (run === undefined)
      throw machine.fault(`opcode 0x${opcode.toString(16).padStart(2, '0')}, which makes no data`);
    run(machine);
  }
  const value = machine.pop();
  if (machine.depth > 0) throw machine.fault(`${machine.depth} objects are left over`);
  return { value, end: machine.input.position };
}
