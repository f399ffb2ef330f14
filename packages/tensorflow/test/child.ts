import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { nativeLibrary } from './native.js';

/** How a program ended and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

const PROGRAM = fileURLToPath(new URL('children/child.mjs', import.meta.url));
const ENTRY = fileURLToPath(new URL('../dist/index.js', import.meta.url));

/** Whether the package has been built: the program runs it as others would. */
export const isBuilt = existsSync(ENTRY);

/**
 * Runs `children/child.mjs` with the library that the tests use.
 * @param way how it is to end
 * @param options.signal sent once it says that it is ready
 * @param options.node which Node; default: this one
 */
export function runChild(
  way: string,
  { signal, node = process.execPath }: { signal?: NodeJS.Signals; node?: string } = {},
): Promise<Ended> {
  const env: NodeJS.ProcessEnv = { ...process.env, BERTUNE_TENSORFLOW: nativeLibrary?.directory };
  delete env.NODE_OPTIONS;
  delete env.TF_CPP_MIN_LOG_LEVEL;
  return new Promise((resolve, reject) => {
    const child = spawn(node, [PROGRAM, way], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text: Buffer) => {
      out += text.toString();
      if (signal && out.includes('ready')) child.kill(signal);
    });
    child.stderr.on('data', (text: Buffer) => {
      err += text.toString();
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, out, err });
    });
  });
}
