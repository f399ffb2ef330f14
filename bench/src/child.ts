import { spawn } from 'node:child_process';

import { BenchError } from './errors.js';
import { peakMemoryOf } from './process-memory.js';

const MEMORY_POLL_MS = 50;
const STDERR_KEPT = 4000;

/** A program to run and measure. */
export interface ChildRequest {
  /** for messages: `ours`, `PyTorch` */
  readonly name: string;
  /** executable */
  readonly command: string;
  /** its arguments */
  readonly args: readonly string[];
  /** added to the environment of this process; undefined takes a variable out */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** ends the program as soon as its peak resident memory exceeds this many megabytes */
  readonly limitMb?: number;
  /** called about every 50 ms while it runs */
  readonly onPoll?: (pid: number) => void;
}

/** A program that came to its end. */
export interface ChildResult {
  /** from start to end, start-up included */
  readonly wallSeconds: number;
  /** most resident memory, megabytes, sampled from outside; undefined where the system does not say */
  readonly peakMb: number | undefined;
  /** whether `limitMb` ended it */
  readonly exceeded: boolean;
  /** exit status; null when a signal ended it */
  readonly status: number | null;
  /** standard output */
  readonly stdout: string;
  /** end of standard error */
  readonly stderr: string;
}

/** Runs a program to its end, whatever that is. @throws BenchError `side-failed` when it cannot be started */
export async function runChild(request: ChildRequest): Promise<ChildResult> {
  const { name, command, args, env, limitMb = Infinity, onPoll } = request;
  const begin = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  let peakMb: number | undefined;
  let exceeded = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (stderr = (stderr + text).slice(-STDERR_KEPT)));
  const poll = setInterval(() => {
    if (child.pid === undefined) return;
    peakMb = peakMemoryOf(child.pid) ?? peakMb;
    if (peakMb !== undefined && peakMb > limitMb && !exceeded) {
      exceeded = true;
      child.kill('SIGKILL');
    }
    onPoll?.(child.pid);
  }, MEMORY_POLL_MS);
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', (error) => reject(cannotStart(name, command, error)));
      child.on('close', resolve);
    });
    return { wallSeconds: (performance.now() - begin) / 1000, peakMb, exceeded, status, stdout, stderr };
  } finally {
    clearInterval(poll);
  }
}

/**
 * Runs a program that must succeed and whose last line on standard output is a JSON object.
 * @throws BenchError `side-failed` with the end of what it wrote
 */
export async function runJson<Result extends object>(
  request: ChildRequest,
): Promise<{ readonly result: Result; readonly child: ChildResult }> {
  const child = await runChild(request);
  const line = child.stdout.trimEnd().split('\n').at(-1) ?? '';
  if (child.status !== 0 || !line.startsWith('{')) throw failed(request, child);
  return { result: JSON.parse(line) as Result, child };
}

/** The error of a program that did not do what it should. */
export function failed(
  { name, command, args }: ChildRequest,
  { status, stdout, stderr }: ChildResult,
): BenchError {
  const end = (stderr.trim() || stdout.trim() || 'nothing').split('\n').slice(-15).join('\n');
  return new BenchError(
    'side-failed',
    `${name} ended with ${status === null ? 'a signal' : `status ${status}`}: ${[command, ...args].join(' ')}\nIt wrote:\n${end}`,
  );
}

function cannotStart(name: string, command: string, error: Error): BenchError {
  return new BenchError('side-failed', `${name}: ${command} cannot be started (${error.message}).`);
}
