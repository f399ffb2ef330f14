import { BertError } from '../../src/errors.js';
import { AllocationError, limitAllocations } from './allocations.js';
import { mount } from './memory-files.js';
import type { Input, Target } from './target.js';

/** Where the files of an input are. */
const FOLDER = '/fuzz';

/** Bytes that may be asked for whatever the size of the file: for a footer, a count, a prefix. */
const FEW_BYTES = 4096;

/** One byte of a file can become a float32. */
const FLOAT = 4;

/** Beginnings of names that messages may show. */
const LONGEST_MESSAGE = 1e6;

/** What is wrong with a reader's answer to an input. */
export interface Fault {
  readonly what: string;
  readonly detail: string;
}

/**
 * Gives an input to a reader.
 * @returns the error's code, or `ok`; or what is wrong: another error than a typed one, one without a path or with an endless
 *   message, or an allocation beyond the size of the files
 */
export async function tryInput(target: Target, input: Input): Promise<string | Fault> {
  mount(new Map([...input].map(([name, bytes]) => [`${FOLDER}/${name}`, bytes])));
  const size = [...input.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  limitAllocations(FLOAT * size + FEW_BYTES);
  try {
    await target.read(FOLDER);
    return 'ok';
  } catch (error) {
    limitAllocations(Infinity);
    if (error instanceof AllocationError)
      return {
        what: 'allocation',
        detail: `${error.message} for files of ${size} bytes\n${error.stack ?? ''}`,
      };
    if (!(error instanceof BertError)) return { what: 'untyped error', detail: describe(error) };
    if (!error.message.startsWith(FOLDER) || error.message.length > LONGEST_MESSAGE)
      return {
        what: 'message',
        detail: `${error.message.length} characters: ${error.message.slice(0, 300)}`,
      };
    return String(error.code);
  } finally {
    limitAllocations(Infinity);
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : `${typeof error} thrown`;
