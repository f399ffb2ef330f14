/** A name in a folder. */
export interface HostEntry {
  /** without the folder */
  readonly name: string;
  /** last change, in milliseconds since 1970 */
  readonly modified: number;
}

/** What callbacks need of the machine they run on. Node and browser each have one, chosen by the import `#host`. */
export interface HostPort {
  /** Path of `name` inside `directory`. */
  join(directory: string, name: string): string;
  /** Folder and last name of a path. */
  split(path: string): { readonly directory: string; readonly name: string };
  /** What is in a folder; nothing when there is none. */
  list(directory: string): Promise<readonly HostEntry[]>;
  /** The content of a file, or undefined when there is none. @throws TrainError `file-failed` */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Adds to the end of a file in one write, which makes folder and file when needed. @throws TrainError `file-failed` */
  append(path: string, content: Uint8Array): Promise<void>;
  /** Cuts a file to this many bytes. @throws TrainError `file-failed` */
  truncate(path: string, size: number): Promise<void>;
  /**
   * Replaces a file or folder by what `write` makes of a temporary path beside it, and only when that is complete.
   * @throws TrainError `file-failed`, whatever `write` throws; the former one is then still there
   */
  replace(path: string, write: (temporary: string) => Promise<void>): Promise<void>;
  /** Writes a file whole, by `replace`. @throws TrainError `file-failed` */
  write(path: string, content: Uint8Array): Promise<void>;
  /** Deletes a file, or a folder with all it has; nothing when there is none. @throws TrainError `file-failed` */
  remove(path: string): Promise<void>;
  /** Puts back what a killed `replace` had moved aside, and deletes what it had not finished, of names that match. */
  recover(directory: string, matches: (name: string) => boolean): Promise<void>;
  /** Who runs this, for the names of event files. */
  identity(): { readonly hostName: string; readonly processId: number };
  /** Memory of the process in bytes, where that can be known. */
  residentBytes(): number | undefined;
}
