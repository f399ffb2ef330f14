import { Readable } from 'node:stream';

import type { Io } from '../../src/io.js';

/** An Io that remembers what was written. */
export interface RecordedIo extends Io {
  /** Everything on standard output. */
  out(): string;
  /** Everything on standard error. */
  err(): string;
}

/** @param input standard input */
export function recordedIo(cwd: string, input = '', signal = new AbortController().signal): RecordedIo {
  const out: string[] = [];
  const err: string[] = [];
  return {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    stdin: Readable.from([input]),
    cwd,
    interruptible: async (work) => work(signal),
    out: () => out.join(''),
    err: () => err.join(''),
  };
}
