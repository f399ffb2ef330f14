/** One thing that is wrong, and where. */
export interface Problem {
  /** path from the root of the repository */
  readonly file: string;
  /** 1-based; left out where the whole file is meant */
  readonly line?: number;
  /** expected, found, what to do */
  readonly message: string;
}

/** `file:line: message`, which editors and terminals turn into a link. */
export function formatProblem({ file, line, message }: Problem): string {
  return `${line === undefined ? file : `${file}:${line}`}: ${message}`;
}
