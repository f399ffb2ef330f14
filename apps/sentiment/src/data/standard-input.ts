import type { Io } from '../io.js';
import { decodeUtf8 } from './text-file.js';

/** The lines of a text; a last newline ends the last line, and no text has no lines. */
export function splitLines(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

/**
 * All lines of standard input. Who sits at a terminal is told what is waited for.
 * @throws AppError `not-utf8`
 */
export async function readStandardInput(io: Io): Promise<readonly string[]> {
  if (io.stdin.isTTY) io.stderr.write('reading texts from standard input, one a line, up to Ctrl-D\n');
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
  return splitLines(decodeUtf8(Buffer.concat(chunks), 'standard input'));
}
