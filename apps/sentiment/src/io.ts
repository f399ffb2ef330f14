/** Where text goes. `process.stdout` and `process.stderr` fit. */
export interface TextSink {
  /** Appends text. */
  write(text: string): unknown;
  /** Whether a person watches it; decides between a bar and plain lines. */
  readonly isTTY?: boolean;
}

/** The world around one command; tests give their own. */
export interface Io {
  /** Data: predictions, JSON, help. */
  readonly stdout: TextSink;
  /** Progress, notes, errors. */
  readonly stderr: TextSink;
  /** Standard input, UTF-8. */
  readonly stdin: AsyncIterable<Buffer | string> & { readonly isTTY?: boolean };
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /**
   * Runs work that Ctrl-C shall end gently: the signal is aborted by the first one, the second one ends the process.
   * Everywhere else Ctrl-C ends the process at once.
   */
  interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}

async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(1);
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of signals) process.off(name, interrupt);
  }
}

/** The Io of this process. */
export function processIo(): Io {
  // `sentiment predict ... | head` closes the pipe early; that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    // Package managers run scripts in the package's folder and leave the user's own here.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    interruptible,
  };
}
