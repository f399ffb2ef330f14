/** Bytes of a pickle: strings are opcodes and text, numbers are single bytes. */
export function raw(...parts: readonly (string | number | Uint8Array)[]): Uint8Array {
  const lengthOf = (part: string | number | Uint8Array): number =>
    typeof part === 'number' ? 1 : part.length;
  const result = new Uint8Array(parts.reduce((sum: number, part) => sum + lengthOf(part), 0));
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'number') result[at] = part;
    else if (typeof part !== 'string') result.set(part, at);
    else for (let i = 0; i < part.length; i++) result[at + i] = part.charCodeAt(i);
    at += lengthOf(part);
  }
  return result;
}

/** Four bytes, the least significant first. */
export const uint32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

/** Eight bytes, the least significant first. */
export const uint64 = (value: bigint): Uint8Array => new Uint8Array(BigUint64Array.of(value).buffer);

/** A short string, as an opcode of protocol 4. */
export const text = (value: string): Uint8Array => {
  const bytes = new TextEncoder().encode(value);
  return raw(0x8c, bytes.length, bytes);
};

interface RawTensor {
  readonly key?: string;
  readonly storage?: string;
  readonly count?: number;
  readonly offset?: number;
  readonly shape?: readonly number[];
  readonly strides?: readonly number[];
}

const integer = (value: number): Uint8Array =>
  value >= 0 && value < 256 ? raw('K', value) : raw(0x8a, 8, uint64(BigInt.asUintN(64, BigInt(value))));

const tuple = (values: readonly number[]): Uint8Array => raw('(', ...values.map(integer), 't');

/** A call of `_rebuild_tensor_v2`; by default two float32 numbers of storage 0. */
export function rawTensor(tensor: RawTensor = {}): Uint8Array {
  const { key = '0', storage = 'FloatStorage', count = 2, offset = 0, shape = [2], strides = [1] } = tensor;
  return raw(
    'ctorch._utils\n_rebuild_tensor_v2\n((',
    text('storage'),
    `ctorch\n${storage}\n`,
    text(key),
    text('cpu'),
    integer(count),
    'tQ',
    integer(offset),
    tuple(shape),
    tuple(strides),
    0x89,
    '}tR',
  );
}

/** A pickle of a dictionary with these values. */
export function rawDict(entries: readonly (readonly [key: string, value: Uint8Array])[]): Uint8Array {
  return raw(0x80, 4, '}', ...entries.flatMap(([key, value]) => [text(key), value, 's']), '.');
}

/** What a file of the form before PyTorch 1.6 begins with: magic number, version, machine. */
export const LEGACY_BEGINNING = raw(
  0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.',
  0x80, 2, 'M', 0xe9, 3, '.',
  0x80, 2, '}.',
); // prettier-ignore

/** A file of that form: the object, the keys of its storages, and the numbers of each. */
export function rawLegacy(
  object: Uint8Array,
  storages: readonly (readonly [string, Float32Array])[],
): Uint8Array {
  const keys = raw(0x80, 4, ']', ...storages.flatMap(([key]) => [text(key), 'a']), '.');
  const data = storages.flatMap(([, values]) => [
    uint64(BigInt(values.length)),
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  ]);
  return raw(LEGACY_BEGINNING, object, keys, ...data);
}
