import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { TensorFlowLibrary } from '@bertune/tensorflow';

import type { BackendName } from '../backend.js';
import type { LoadReport } from './load-check.js';

/** How a backend fared in a process of its own. */
export type Trial = ({ readonly works: true } & LoadReport) | { readonly works: false; readonly why: string };

// The compiled file from here and from the tests alike.
const loadCheck = fileURLToPath(new URL('../../dist/doctor/load-check.js', import.meta.url));

/** Milliseconds that a first start may take: 0.8 GB may come from a slow disk. */
const patience = 120_000;

/**
 * Starts a backend in a child process and multiplies two matrices with it.
 * @param library the native library to load, of `tensorflow`
 * @param program what the child runs; tests have their own
 */
export function tryBackend(
  name: BackendName,
  library?: TensorFlowLibrary,
  program: string = loadCheck,
): Promise<Trial> {
  const args = [program, name, ...(library ? [JSON.stringify(library)] : [])];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { timeout: patience, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        const line = stdout.trim().split('\n').at(-1) ?? '';
        let said: (LoadReport & { readonly error?: string }) | undefined;
        try {
          said = JSON.parse(line) as LoadReport;
        } catch {
          // It died before it could say anything.
        }
        const last = stderr.trim().split('\n').at(-1) ?? '';
        if (said?.error !== undefined) resolve({ works: false, why: said.error });
        else if (error?.killed) resolve({ works: false, why: `no answer within ${patience / 1000} s` });
        else if (error?.signal)
          resolve({ works: false, why: `it crashes (${error.signal})${last ? `: ${last}` : ''}` });
        else if (error || !said)
          resolve({ works: false, why: `it ends with code ${error?.code ?? 0}${last ? `: ${last}` : ''}` });
        else resolve({ works: true, ...said });
      },
    );
  });
}
