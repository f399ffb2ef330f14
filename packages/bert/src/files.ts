/** A file that is read at any place; nothing is held in memory beyond what is asked for. */
export interface RandomAccessFile {
  /** path or address, for messages */
  readonly path: string;
  /** bytes */
  readonly size: number;
  /**
   * Fills `target` with the bytes from `offset`.
   * @throws CheckpointError `truncated` when the file ends first, `read-failed` when the system refuses
   */
  read(target: Uint8Array, offset: number): Promise<void>;
  /** Releases the file; reading afterwards fails. */
  close(): Promise<void>;
}

/** One file of a set that is written together. */
export interface FileToWrite {
  /** name inside the folder */
  readonly name: string;
  /** its bytes, in order; asked for once, when it is this file's turn */
  content(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** What this package needs of a file system. Node and browser each have one, chosen by the import `#files`. */
export interface FilePort {
  /** Path of `name` inside `directory`. */
  join(directory: string, name: string): string;
  /** Folder and last name of a path. */
  split(path: string): { readonly directory: string; readonly name: string };
  /** Whether there is a file (not a folder) of that path. */
  exists(path: string): Promise<boolean>;
  /** Names in a folder; empty where there is no folder or none can be listed. */
  list(directory: string): Promise<readonly string[]>;
  /** @throws CheckpointError `not-found` or `read-failed` */
  open(path: string): Promise<RandomAccessFile>;
  /**
   * Writes all files or none. Everything goes to temporary names first and onto the disk; only then are names
   * exchanged, the last file of the list last: a folder from which it is absent is not complete.
   * @param remove names that must not outlive the exchange, such as shards of a former save
   * @throws CheckpointError `write-failed`; temporary files are gone then and the former files are untouched
   */
  writeAll(directory: string, files: readonly FileToWrite[], remove?: readonly string[]): Promise<void>;
}
