import { raw, rawTensor, text, uint32, uint64 } from '../raw-pickle.js';
import { edgeNumber, mutateBytes } from './mutate-bytes.js';
import type { Draw } from './random.js';

/** Bytes that follow an opcode: so many, or a length of so many bytes and then that many, or so many lines. */
const FIXED: Readonly<Record<string, number>> = {
  0x80: 1,
  K: 1,
  M: 2,
  J: 4,
  G: 8,
  q: 1,
  r: 4,
  h: 1,
  j: 4,
  0x95: 8,
};
const COUNTED: Readonly<Record<string, number>> = {
  0x8c: 1,
  X: 4,
  0x8d: 8,
  U: 1,
  T: 4,
  C: 1,
  B: 4,
  0x8e: 8,
  0x96: 8,
  0x8a: 1,
  0x8b: 4,
};
const LINES: Readonly<Record<string, number>> = {
  c: 2,
  i: 2,
  I: 1,
  L: 1,
  F: 1,
  S: 1,
  V: 1,
  p: 1,
  g: 1,
  P: 1,
};

const find = (table: Readonly<Record<string, number>>, opcode: number): number | undefined =>
  table[opcode] ?? table[String.fromCharCode(opcode)];

function endOf(bytes: Uint8Array, at: number): number {
  const opcode = bytes[at];
  const counted = find(COUNTED, opcode);
  if (counted !== undefined) {
    const length = bytes.subarray(at + 1, at + 1 + counted).reduceRight((sum, byte) => 256 * sum + byte, 0);
    return at + 1 + counted + length;
  }
  let end = at + 1 + (find(FIXED, opcode) ?? 0);
  for (let lines = find(LINES, opcode) ?? 0; lines > 0; lines--)
    end = bytes.indexOf(10, end) + 1 || bytes.length;
  return end;
}

/** A valid pickle, or several in a row, taken apart into opcodes with what follows them. */
export function opcodes(bytes: Uint8Array, from = 0, to = bytes.length): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = from; at < to;) {
    const end = endOf(bytes, at);
    parts.push(bytes.slice(at, end));
    at = end;
  }
  return parts;
}

const GLOBALS = [
  'os\nsystem', 'posix\nsystem', 'builtins\neval', '__builtin__\ngetattr', 'torch\nload', 'torch\nFloatStorage', 'torch\nHalfStorage',
  'torch\nComplexDoubleStorage', 'torch.storage\nUntypedStorage', 'torch\nbfloat16', 'torch\nSize', 'torch\nTensor', 'torch\ndevice',
  'collections\nOrderedDict', 'torch._utils\n_rebuild_tensor_v2', 'torch._utils\n_rebuild_tensor_v3', 'torch._utils\n_rebuild_parameter',
  'torch._tensor\n_rebuild_from_type_v2', '_codecs\nencode', '\n', '__proto__\n__proto__', 'torch\n__proto__',
]; // prettier-ignore

/** Something that may follow where it should not. */
function anyOpcode(draw: Draw): Uint8Array {
  switch (draw.upTo(12)) {
    case 0:
      return raw(`c${draw.pick(GLOBALS)}\n`);
    case 1:
      return raw(0x8a, 8, uint64(BigInt.asUintN(64, BigInt(Math.trunc(edgeNumber(draw)) || 0))));
    case 2:
      return rawTensor({
        shape: [draw.upTo(4)],
        strides: [draw.upTo(3)],
        offset: draw.upTo(3),
        key: draw.pick(['0', '1', 'x']),
      });
    case 3:
      return raw(
        draw.pick([0x8b, 'X', 'B', 'T', 'j', 'r']),
        uint32(draw.pick([0, 1, 100, 2 ** 31, 2 ** 32 - 1])),
      );
    case 4:
      return raw(
        draw.pick([0x8d, 0x8e, 0x96, 0x95]),
        uint64(draw.pick([0n, 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n])),
      );
    case 5:
      return text(draw.pick(['', 'storage', 'state_dict', 'model', 'cpu', '0', 'module.a', '__proto__']));
    case 6:
      return raw('(', text('touch EXECUTED'), `i${draw.pick(GLOBALS)}\n`);
    case 7:
      return raw(
        draw.pick([
          'I-1\n',
          'L99999999999999999999L\n',
          'Fnan\n',
          "S'a'\n",
          'V\\u0041\n',
          'p5\n',
          'g5\n',
          'I01\n',
        ]),
      );
    case 8:
      return raw('h', draw.upTo(20));
    default:
      return raw(
        draw.pick([
          ...Array.from('(0123NQRbdetul}])os.a'),
          0x81,
          0x85,
          0x86,
          0x87,
          0x88,
          0x8f,
          0x90,
          0x91,
          0x92,
          0x93,
          0x94,
          0x97,
        ]),
      );
  }
}

/** One thing very often: nesting, memo, marks. */
function bomb(draw: Draw): Uint8Array {
  const unit = draw.pick([
    raw('}'),
    raw(']'),
    raw('('),
    raw('N', 0x85),
    raw('}NNs'),
    raw('N', 0x94),
    raw('2'),
    raw(']a'),
    raw('h', 0),
  ]);
  const times = draw.pick([10, 1000, 30_000]);
  const result = new Uint8Array(unit.length * times);
  for (let i = 0; i < times; i++) result.set(unit, i * unit.length);
  return result;
}

/** A pickle with opcodes taken out, put in, exchanged, repeated, or changed in their arguments. */
export function mutatePickle(draw: Draw, parts: readonly Uint8Array[]): Uint8Array {
  const result = [...parts];
  for (let times = 1 + draw.upTo(4); times > 0; times--) {
    const at = draw.upTo(result.length);
    switch (draw.upTo(8)) {
      case 0:
        result.splice(at, 1);
        break;
      case 1:
        result.splice(at, 0, ...result.slice(at, at + 1 + draw.upTo(8)));
        break;
      case 2:
        result.splice(at, 1, result[draw.upTo(result.length)] ?? new Uint8Array());
        break;
      case 3:
        result.splice(at, 1, mutateBytes(draw, result[at] ?? new Uint8Array(1)));
        break;
      case 4:
        if (draw.chance(0.05)) result.splice(at, 0, bomb(draw));
        break;
      case 5:
        result.splice(at, 1, anyOpcode(draw));
        break;
      default:
        result.splice(at, 0, anyOpcode(draw));
    }
  }
  return raw(...result);
}
