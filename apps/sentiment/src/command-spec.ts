/** One command as the parser and the help see it. */
export interface CommandSpec {
  /** One sentence without a full stop. */
  readonly summary: string;
  /** Name of the arguments that are not options; empty where none are taken. */
  readonly positionals: string;
  /** Options that must be given. */
  readonly required: readonly string[];
  /** A line to copy. */
  readonly example: string;
}
