import { BertError } from '../errors.js';

/**
 * Finding:
 * - `not-found`: no such folder, model, revision or file
 * - `not-a-source`: what was given is no path, id, handle or address
 * - `no-model`: there is no model in it that this package reads, or more than one
 * - `offline`: it is not in the cache, and the network is not to be used
 *
 * Downloading:
 * - `unauthorized`, `gated`, `forbidden`: a token is missing, its owner has not asked for access, or is not allowed
 * - `rate-limited`: the server wants a pause longer than we wait
 * - `no-network`: the server cannot be reached
 * - `download-failed`: the server's answer makes no sense, or the connection broke again and again
 * - `hash-mismatch`: what came is not what was announced
 * - `lfs-pointer`: the file is the text that stands for it in Git, not the file
 * - `disk-full`, `cache-not-writable`: nothing can be written
 * - `aborted`: by `options.signal`
 *
 * Archives:
 * - `archive-invalid`: damaged, encrypted, or cut off
 * - `unsafe-member`: a path that leaves the folder, a link or a device, a name twice; `member` says which
 * - `archive-too-large`: it unpacks to more than a hundred times its size (64 MiB at least), or has more than 10,000 members
 */
export type SourceErrorCode =
  | 'not-found'
  | 'not-a-source'
  | 'no-model'
  | 'offline'
  | 'unauthorized'
  | 'gated'
  | 'forbidden'
  | 'rate-limited'
  | 'no-network'
  | 'download-failed'
  | 'hash-mismatch'
  | 'lfs-pointer'
  | 'disk-full'
  | 'cache-not-writable'
  | 'aborted'
  | 'archive-invalid'
  | 'unsafe-member'
  | 'archive-too-large';

/** The values of a message. Only those that apply are there. */
export interface SourceErrorDetails {
  /** what was asked for: a path, id, handle, or address */
  readonly source: string;
  /** member of an archive */
  readonly member?: string | undefined;
  /** status of the server's answer */
  readonly status?: number | undefined;
  /** what may have been meant: names of models, revisions or folders, the likeliest first */
  readonly suggestions?: readonly string[] | undefined;
  /** the error underneath */
  readonly cause?: unknown;
}

/** A model that cannot be had: it is not where it should be, is not given out, or is not what it should be. */
export class SourceError extends BertError<SourceErrorCode> {
  override readonly name = 'SourceError';
  readonly source: string;
  readonly member: string | undefined;
  readonly status: number | undefined;
  readonly suggestions: readonly string[];

  constructor(code: SourceErrorCode, message: string, details: SourceErrorDetails) {
    super(code, message, details.cause === undefined ? undefined : { cause: details.cause });
    this.source = details.source;
    this.member = details.member;
    this.status = details.status;
    this.suggestions = details.suggestions ?? [];
  }
}
