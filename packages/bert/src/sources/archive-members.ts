import { SourceError } from './errors.js';

/**
 * What an archive may unpack to, so that a few kilobytes cannot fill a disk: weights hardly shrink when packed, and
 * vocabularies to a third.
 */
const ARCHIVE_LIMITS = {
  /** bytes, all members together, for each byte of the archive */
  ratio: 100,
  /** bytes that every archive may unpack to, however small it is */
  floor: 64 * 2 ** 20,
  /** files and folders */
  members: 10_000,
  /** bytes of a path */
  pathLength: 512,
  /** folders within folders */
  depth: 16,
} as const;

// Control characters, and what Windows reads as a drive, a stream or a folder.
// eslint-disable-next-line no-control-regex -- that is what is looked for
const ODD = /[\u0000-\u001f\u007f\\:*?"<>|]/;

/** Watches what comes out of one archive. */
export class ArchiveMembers {
  /** bytes that it may unpack to */
  readonly most: number;
  readonly #names = new Map<string, 'file' | 'folder'>();
  #declared = 0;
  #found = 0;

  /** @param archive path, for messages @param size its bytes */
  constructor(
    readonly archive: string,
    size: number,
  ) {
    this.most = Math.max(ARCHIVE_LIMITS.floor, ARCHIVE_LIMITS.ratio * size);
  }

  /**
   * Looks at a member before anything of it is read.
   * @param name as the archive has it @param size bytes that it says it has @param kind what it is, in words
   * @returns its path with `/`; undefined for folders, and for what macOS adds
   * @throws SourceError `unsafe-member`, `archive-too-large`
   */
  accept(name: string, size: number, kind: string): string | undefined {
    const refuse = (why: string): never => {
      throw this.unsafe(name, why);
    };
    if (kind !== 'file' && kind !== 'folder') refuse(`is a ${kind}; only files and folders are unpacked`);
    if (/^([/\\]|[a-z]:)/i.test(name)) refuse('has an absolute path');
    if (ODD.test(name)) refuse('has a character in its name that no path should have');
    if (new TextEncoder().encode(name).length > ARCHIVE_LIMITS.pathLength)
      refuse('has a path that is too long');
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) refuse('leaves the folder that it is unpacked to');
    if (parts.length > ARCHIVE_LIMITS.depth) refuse(`lies more than ${ARCHIVE_LIMITS.depth} folders deep`);
    if (parts.length === 0) {
      if (kind === 'file') refuse('has no name');
      return undefined;
    }
    const path = parts.join('/');
    // Some disks do not tell A from a, nor the two ways to write ä.
    const key = (count: number): string => parts.slice(0, count).join('/').normalize('NFC').toLowerCase();
    for (let count = 1; count < parts.length; count++) {
      if (this.#names.get(key(count)) === 'file') refuse('lies in a member that is a file');
      this.#names.set(key(count), 'folder');
    }
    const former = this.#names.get(key(parts.length));
    if (former !== undefined && (former === 'file' || kind === 'file')) refuse('is there twice');
    this.#names.set(key(parts.length), kind as 'file' | 'folder');
    if (this.#names.size > ARCHIVE_LIMITS.members)
      throw this.tooLarge(name, `more than ${ARCHIVE_LIMITS.members} members`);
    this.#declared += size;
    if (this.#declared > this.most) throw this.tooLarge(name, `at least ${this.#declared} bytes`);
    const isMacs = parts[0] === '__MACOSX' || parts.some((part) => part.startsWith('._'));
    return kind === 'folder' || isMacs ? undefined : path;
  }

  /**
   * Counts what really comes out.
   * @throws SourceError `archive-too-large`
   */
  count(bytes: number, name: string): void {
    this.#found += bytes;
    if (this.#found > this.most) throw this.tooLarge(name, `at least ${this.#found} bytes`);
  }

  unsafe(member: string, why: string): SourceError {
    const message = `${this.archive}: ${JSON.stringify(member)} ${why}. Nothing of the archive was unpacked; ask where it came from.`;
    return new SourceError('unsafe-member', message, { source: this.archive, member });
  }

  tooLarge(member: string, found: string): SourceError {
    const message = `${this.archive}: expected at most ${this.most} bytes in it (${ARCHIVE_LIMITS.ratio} times its size), found ${found} up to ${JSON.stringify(member)}. Unpack it yourself if you trust it, and give the folder.`;
    return new SourceError('archive-too-large', message, { source: this.archive, member });
  }

  damaged(why: string, cause?: unknown): SourceError {
    const message = `${this.archive}: the archive cannot be unpacked: ${why}. Fetch it again.`;
    return new SourceError('archive-invalid', message, { source: this.archive, cause });
  }
}
