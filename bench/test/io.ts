import type { Io } from '../src/main.js';
import { temporaryFolder } from './temporary-folder.js';

/** An Io that remembers what was written and has no peer. */
export interface RecordedIo extends Io {
  readonly outLines: string[];
  readonly errLines: string[];
}

/** @param env as in `Io`; the process's own `PEER_PYTHON` does not count */
export function recordedIo(env: NodeJS.ProcessEnv = {}): RecordedIo {
  const outLines: string[] = [];
  const errLines: string[] = [];
  return {
    out: (line) => outLines.push(line),
    err: (line) => errLines.push(line),
    env,
    cwd: temporaryFolder(),
    outLines,
    errLines,
  };
}
