/** What went wrong, to switch on. The exit code hangs on it: see {@link exitCodes}. */
export type AppErrorCode =
  | 'usage'
  | 'unknown-command'
  | 'unknown-option'
  | 'missing-value'
  | 'bad-value'
  | 'missing-file'
  | 'missing-directory'
  | 'missing-column'
  | 'output-exists'
  | 'unknown-format'
  | 'empty-file'
  | 'not-utf8'
  | 'broken-quotes'
  | 'broken-json'
  | 'broken-gzip'
  | 'duplicate-column'
  | 'column-count'
  | 'bad-text'
  | 'bad-label'
  | 'unknown-label'
  | 'one-class'
  | 'class-count'
  | 'too-few-examples'
  | 'model-mismatch'
  | 'other-data'
  | 'broken-checkpoint'
  | 'no-backend'
  | 'out-of-memory'
  | 'disk'
  | 'interrupted'
  | 'not-finite'
  | 'no-training'
  | 'no-suggestion';

/** 2: the command line is wrong, or names what does not exist; 1: the data, the model or the run is. */
const exitCodes: Readonly<Record<AppErrorCode, 1 | 2>> = {
  usage: 2,
  'unknown-command': 2,
  'unknown-option': 2,
  'missing-value': 2,
  'bad-value': 2,
  'missing-file': 2,
  'missing-directory': 2,
  'missing-column': 2,
  'output-exists': 2,
  'unknown-format': 2,
  'empty-file': 1,
  'not-utf8': 1,
  'broken-quotes': 1,
  'broken-json': 1,
  'broken-gzip': 1,
  'duplicate-column': 1,
  'column-count': 1,
  'bad-text': 1,
  'bad-label': 1,
  'unknown-label': 1,
  'one-class': 1,
  'class-count': 1,
  'too-few-examples': 1,
  'model-mismatch': 1,
  'other-data': 1,
  'broken-checkpoint': 1,
  'no-backend': 1,
  'out-of-memory': 1,
  disk: 1,
  interrupted: 1,
  'not-finite': 1,
  'no-training': 1,
  'no-suggestion': 1,
};

/** The parts of a message, in the order in which they are read. */
export interface AppErrorParts {
  /** The file, option or step: `reviews.csv, line 12`. */
  readonly where: string;
  /** What should have been there. */
  readonly expected: string;
  /** What was there instead. */
  readonly found: string;
  /** The next thing to try. */
  readonly remedy: string;
  /** The error underneath, when there is one. */
  readonly cause?: unknown;
}

/** Every error this program raises on purpose. Errors of the libraries pass through unchanged. */
export class AppError extends Error {
  override readonly name = 'AppError';
  /** What the process ends with: 1 or 2. */
  readonly exitCode: 1 | 2;

  constructor(
    /** What went wrong. */
    readonly code: AppErrorCode,
    /** The values the message was made of. */
    readonly parts: AppErrorParts,
  ) {
    const { where, expected, found, remedy, cause } = parts;
    super(
      `${where}: expected ${expected}, found ${found}. ${remedy}`,
      cause === undefined ? undefined : { cause },
    );
    this.exitCode = exitCodes[code];
  }
}

/** Text for the terminal and the exit code of any thrown value; a stack only where a bug is likely. */
export function describeError(error: unknown): { readonly text: string; readonly exitCode: 1 | 2 } {
  if (error instanceof AppError) return { text: `error: ${error.message}`, exitCode: error.exitCode };
  if (!(error instanceof Error)) return { text: `error: ${String(error)}`, exitCode: 1 };
  const code = (error as { code?: unknown }).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return {
      text: `error: ${error.message}. The disk is full: free some space, or name another --output. Nothing that was there before was touched.`,
      exitCode: 1,
    };
  }
  // The packages' errors carry a code of ours, those of the system one in capitals: both speak for themselves.
  // A --model that names nothing is a wrong command line.
  const isUsage = error.name === 'SourceError' && (code === 'not-found' || code === 'not-a-source');
  if (typeof code === 'string') return { text: `error: ${error.message}`, exitCode: isUsage ? 2 : 1 };
  return {
    text: `error: ${error.message}\nThis looks like a bug in bertune.\n${error.stack ?? ''}`,
    exitCode: 1,
  };
}
