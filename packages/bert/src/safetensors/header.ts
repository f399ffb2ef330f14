import { CheckpointError, type CheckpointErrorCode } from '../errors.js';
import { type JsonScan, scanJson } from '../json-scan.js';
import { DTYPE_BYTES, type SafetensorsDtype } from './dtype.js';

/** Where one tensor lies in a file. */
export interface SafetensorsEntry {
  /** name as in the file */
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  /** row-major; empty for a scalar */
  readonly shape: readonly number[];
  /** first byte, from the beginning of the file */
  readonly offset: number;
  /** bytes */
  readonly byteLength: number;
}

/** What the first part of a safetensors file says. */
export interface SafetensorsHeader {
  /** in the order of the data */
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  /** `__metadata__`; `format` is `pt` in files for PyTorch orientation */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Limit of the format's own reader: a larger header is an attack or another format. */
const LARGEST_HEADER = 100_000_000;

/** How deep a header is nested: an object of objects with lists. */
const DEEPEST = 3;

/** Fewest bytes that a header has for each object and list: a tensor has three and takes 49 at least. */
const BYTES_PER_OBJECT = 16;
const FEW_OBJECTS = 8;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/**
 * Length of the header, checked against the file before anything of that size is allocated.
 * @param prefix first eight bytes, or fewer where the file is shorter
 * @throws CheckpointError `truncated` or `header-too-large`
 */
export function headerLength(prefix: Uint8Array, fileSize: number, file: string): number {
  if (prefix.length < 8) {
    const message = `${file}: expected a safetensors file, which begins with eight bytes, found ${fileSize} bytes in all.`;
    throw new CheckpointError('truncated', message, { file });
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(fileSize - 8)) {
    const message =
      `${file}: the header should be ${length} bytes long, but only ${fileSize - 8} follow its length. ` +
      `Either this is no safetensors file or it is cut off: fetch it again.`;
    throw new CheckpointError('header-too-large', message, { file });
  }
  if (length > BigInt(LARGEST_HEADER)) {
    const message = `${file}: the header is ${length} bytes long; safetensors allows ${LARGEST_HEADER}.`;
    throw new CheckpointError('header-too-large', message, { file });
  }
  return Number(length);
}

/**
 * Reads and checks a whole header: names, dtypes, shapes against bytes, and that the tensors fill the rest of the
 * file exactly, one after the other. No tensor of a file that passes can reach outside it or share memory.
 * @throws CheckpointError with a code for each kind of fault
 */
export function parseSafetensorsHeader(
  header: Uint8Array,
  fileSize: number,
  file: string,
): SafetensorsHeader {
  const fail = (code: CheckpointErrorCode, found: string, tensor?: string): never => {
    throw new CheckpointError(code, `${file}: ${found}`, { file, ...(tensor !== undefined && { tensor }) });
  };
  const json = parseJson(header, file);
  const dataStart = 8 + header.length;
  const entries: SafetensorsEntry[] = [];
  const metadata = new Map<string, string>();
  for (const [name, entry] of Object.entries(json)) {
    if (name === '__metadata__') {
      if (!isObject(entry))
        return fail('header-invalid', 'the header’s __metadata__ is not an object of strings.');
      for (const [key, value] of Object.entries(entry)) {
        if (typeof value !== 'string')
          return fail('header-invalid', `__metadata__.${key} in the header is not a string.`);
        metadata.set(key, value);
      }
      continue;
    }
    if (!isObject(entry))
      return fail('header-invalid', `the header’s entry for ${name} is not an object.`, name);
    const { dtype, shape, data_offsets: offsets } = entry;
    if (
      typeof dtype !== 'string' ||
      !Array.isArray(shape) ||
      !Array.isArray(offsets) ||
      offsets.length !== 2
    ) {
      const found = `the header’s entry for ${name} lacks dtype, shape or two data_offsets: ${JSON.stringify(entry)}.`;
      return fail('header-invalid', found, name);
    }
    if (!isDtype(dtype)) {
      const found = `${name} has dtype ${JSON.stringify(dtype)}; known are ${Object.keys(DTYPE_BYTES).join(', ')}.`;
      return fail('unknown-dtype', found, name);
    }
    if (!shape.every(isSize)) {
      return fail(
        'header-invalid',
        `${name} has shape ${JSON.stringify(shape)}; expected integers from 0.`,
        name,
      );
    }
    const [begin, end] = offsets as unknown[];
    if (!isSize(begin) || !isSize(end) || begin > end) {
      const found = `${name} has data_offsets ${JSON.stringify(offsets)}; expected two integers, the first not the larger.`;
      return fail('offsets-invalid', found, name);
    }
    // Shapes come from the file: a product beyond 2^53 is inexact, but then it equals no length either.
    const expected = shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
    if (expected !== end - begin) {
      const found = `${name} of dtype ${dtype} and shape [${shape.join(', ')}] needs ${expected} bytes, but data_offsets hold ${end - begin}.`;
      return fail('size-mismatch', found, name);
    }
    entries.push({ name, dtype, shape, offset: dataStart + begin, byteLength: end - begin });
  }

  entries.sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  let position = dataStart;
  for (const { name, offset, byteLength } of entries) {
    if (offset < position)
      return fail('offsets-overlap', `${name} begins at byte ${offset}, inside the tensor before it.`, name);
    if (offset > fileSize)
      return fail(
        'offsets-outside-file',
        `${name} begins at byte ${offset}, after the end of the file (${fileSize}). It is cut off: fetch it again.`,
        name,
      );
    if (offset > position)
      return fail(
        'offsets-gap',
        `bytes ${position} to ${offset}, before ${name}, belong to no tensor.`,
        name,
      );
    position = offset + byteLength;
  }
  if (position > fileSize) {
    return fail(
      'truncated',
      `the tensors need ${position} bytes, the file has ${fileSize}. It is cut off: fetch it again.`,
    );
  }
  if (position < fileSize)
    return fail('trailing-data', `${fileSize - position} bytes follow the last tensor.`);
  return { entries: new Map(entries.map((entry) => [entry.name, entry])), metadata };
}

function isDtype(dtype: string): dtype is SafetensorsDtype {
  return Object.prototype.hasOwnProperty.call(DTYPE_BYTES, dtype);
}

function parseJson(header: Uint8Array, file: string): Readonly<Record<string, unknown>> {
  const invalid = (found: string): CheckpointError =>
    new CheckpointError('header-invalid', `${file}: the header ${found}.`, { file });
  let scan: JsonScan;
  let json: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
    scan = scanJson(text, DEEPEST, header.length / BYTES_PER_OBJECT + FEW_OBJECTS);
    if (!scan.isBomb) json = JSON.parse(text);
  } catch (cause) {
    const message = `${file}: the header is not JSON in UTF-8, so this is no safetensors file.`;
    throw new CheckpointError('header-not-json', message, { file, cause });
  }
  const { twice, isBomb } = scan;
  if (isBomb) throw invalid('has more objects and lists, or deeper ones, than tensors can need');
  if (!isObject(json)) throw invalid('is JSON, but not an object');
  if (twice !== undefined) {
    const message = `${file}: the header has ${JSON.stringify(twice)} twice in one object.`;
    throw new CheckpointError('duplicate-name', message, { file, tensor: twice });
  }
  return json;
}
