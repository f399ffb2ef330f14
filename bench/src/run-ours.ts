import { fileURLToPath } from 'node:url';

import { type ChildResult, type ChildRequest, runJson } from './child.js';
import type { WorkRequest } from './work/requests.js';

// Children run what was built, also when the tests import the sources.
const WORK = fileURLToPath(new URL('../dist/work/main.js', import.meta.url));

/** Runs a piece of our work in a process of its own. @throws BenchError `side-failed` */
export async function runOurs<Result extends object>(
  request: WorkRequest,
  options: Partial<Omit<ChildRequest, 'command' | 'args'>> = {},
): Promise<{ readonly result: Result; readonly child: ChildResult }> {
  return runJson<Result>(oursRequest(request, options));
}

/** How that process is started. */
export function oursRequest(
  request: WorkRequest,
  options: Partial<Omit<ChildRequest, 'command' | 'args'>> = {},
): ChildRequest {
  return {
    name: 'ours',
    ...options,
    command: process.execPath,
    args: [WORK, JSON.stringify(request)],
    env: { TF_CPP_MIN_LOG_LEVEL: '2', ...options.env },
  };
}
