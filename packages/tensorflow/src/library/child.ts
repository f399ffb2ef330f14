import { spawn } from 'node:child_process';

/** How a child process ended. */
export interface ChildResult {
  /** Exit code; `undefined` when a signal or `problem` ended it. */
  readonly code: number | undefined;
  /** Standard output. */
  readonly stdout: string;
  /** Standard error. */
  readonly stderr: string;
  /** `not-started`: no such program; `timed-out`: killed after `timeout` or `silence`; `aborted`: by the signal. */
  readonly problem: 'not-started' | 'timed-out' | 'aborted' | undefined;
}

/** How to run a child process. */
export interface ChildOptions {
  /** Its variables. */
  readonly environment: NodeJS.ProcessEnv;
  /** Its working directory. */
  readonly cwd?: string;
  /** Milliseconds it may take. */
  readonly timeout?: number;
  /** Kills it. */
  readonly signal?: AbortSignal | undefined;
  /** Called twice a second; returns whether the child still seems alive. */
  readonly watch?: () => Promise<boolean>;
}

/** Only the end of long output is of interest. */
const kept = 64 * 1024;

/** Runs a program without a shell and without input. Never rejects, and never waits for grandchildren. */
export function runChild(
  [program = '', ...args]: readonly string[],
  { environment, cwd, timeout, signal, watch }: ChildOptions,
): Promise<ChildResult> {
  return new Promise((resolve) => {
    let stdout = '';
    let stderr = '';
    let settled = false;
    const child = spawn(program, args, {
      env: environment,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const end = (code: number | undefined, problem: ChildResult['problem']): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearInterval(watcher);
      signal?.removeEventListener('abort', abort);
      process.off('exit', kill);
      // A grandchild may hold the pipes open for ever.
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, stdout, stderr, problem });
    };
    const kill = (): void => void child.kill('SIGKILL');
    const stop = (problem: 'timed-out' | 'aborted'): void => {
      kill();
      end(undefined, problem);
    };
    const abort = (): void => stop('aborted');
    const timer = timeout === undefined ? undefined : setTimeout(() => stop('timed-out'), timeout);
    let watching = false;
    const watcher =
      watch &&
      setInterval(() => {
        if (watching) return;
        watching = true;
        void watch()
          .catch(() => true)
          .then((alive) => {
            watching = false;
            if (!alive) stop('timed-out');
          });
      }, 500);
    process.on('exit', kill);
    signal?.addEventListener('abort', abort);
    child.stdout.on('data', (data: Buffer) => (stdout = (stdout + data.toString()).slice(-kept)));
    child.stderr.on('data', (data: Buffer) => (stderr = (stderr + data.toString()).slice(-kept)));
    child.on('error', () => end(undefined, 'not-started'));
    child.on('close', (code) => end(code ?? undefined, undefined));
    // `close` waits for the pipes; after the exit they get a moment to deliver what is in them.
    child.on('exit', (code) => setTimeout(() => end(code ?? undefined, undefined), 250).unref());
    if (signal?.aborted) abort();
  });
}
