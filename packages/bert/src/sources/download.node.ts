import { open, type FileHandle } from 'node:fs/promises';

import { SourceError } from './errors.js';
import { networkReason, request, throwIfAborted } from './request.js';
import { sleep, type Timing, TIMING } from './timing.js';

/** One file to fetch. */
export interface Download {
  readonly address: string;
  /** path that the bytes go to; what lies there is the beginning of the file, from a download that was cut off */
  readonly path: string;
  /** bytes; undefined where the server has not said */
  readonly size: number | undefined;
  /** for `If-Range`: a server whose file is another by now sends it from its beginning */
  readonly etag?: string | undefined;
  readonly authorization?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timing?: Timing | undefined;
  /** makes the error for an answer that is none of 200, 206 and 416 */
  readonly refuse: (response: Response) => Promise<Error> | Error;
  /** @param done bytes that the file has now */
  readonly onBytes?: ((done: number) => void) | undefined;
}

/** Where the body of an answer goes in the file; undefined: what is there cannot be continued. */
function startOf(response: Response, have: number): number | undefined {
  if (response.status === 200) return 0;
  const range = /^bytes (\d+)-\d+\//.exec(response.headers.get('content-range') ?? '');
  return response.status === 206 && Number(range?.[1]) === have ? have : undefined;
}

/** Writes a body; what came before an error is in the file. */
async function writeBody(
  response: Response,
  file: FileHandle,
  from: number,
  { size, onBytes, timing = TIMING, signal, address }: Download,
): Promise<number> {
  const reader = response.body?.getReader();
  let at = from;
  try {
    while (reader) {
      let timer: NodeJS.Timeout | undefined;
      const silent = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`nothing for ${timing.silence / 1000} s`)), timing.silence);
      });
      const { done, value } = await Promise.race([reader.read(), silent]).finally(() => clearTimeout(timer));
      if (done) break;
      throwIfAborted(signal, address);
      if (size !== undefined && at + value.length > size) {
        const message = `${address}: expected ${size} bytes, and more are coming.`;
        throw new SourceError('download-failed', message, { source: address });
      }
      for (let written = 0; written < value.length;)
        written += (await file.write(value, written, value.length - written, at + written)).bytesWritten;
      at += value.length;
      onBytes?.(at);
    }
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
  return at;
}

/** An error of the disk, not of the network. */
const ofDisk = (error: unknown): boolean =>
  typeof (error as { syscall?: unknown }).syscall === 'string' &&
  'errno' in (error as object) &&
  /^(write|open|ftruncate|fsync)$/.test(String((error as { syscall?: unknown }).syscall));

/**
 * Fetches a file, from where an earlier try ended, and goes on after cut connections as long as each try brings
 * something. Returns once the disk has all of it.
 * @returns its bytes
 * @throws SourceError `download-failed`, `no-network`, `rate-limited`, `aborted`; what `refuse` makes; errors of the disk
 */
export async function download(job: Download): Promise<number> {
  const { address, path, size, etag, authorization, signal, timing = TIMING } = job;
  const file = await open(path, 'a').then(async (created) => {
    await created.close();
    return open(path, 'r+');
  });
  try {
    let have = (await file.stat()).size;
    let expected = size;
    for (let failures = 0; ;) {
      if (size !== undefined && have > size) await file.truncate((have = 0));
      job.onBytes?.(have);
      if (have === expected) break;
      const headers: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
      if (have > 0 && etag !== undefined && !etag.startsWith('W/')) headers['if-range'] = etag;
      const response = await request(address, { headers, authorization, signal, timing });
      const from = startOf(response, have);
      if (response.status === 416 || (response.status === 206 && from === undefined)) {
        await response.body?.cancel();
        if (have === 0) throw await job.refuse(response);
        await file.truncate((have = 0));
        continue;
      }
      if (from === undefined) throw await job.refuse(response);
      if (from === 0 && have > 0) await file.truncate(0);
      const length = response.headers.get('content-length');
      expected = size ?? (length === null ? undefined : from + Number(length));
      const before = have;
      have = from;
      let reason = 'the connection was closed';
      try {
        have = await writeBody(response, file, from, job);
        if (expected === undefined || have === expected) break;
      } catch (error) {
        throwIfAborted(signal, address);
        if (error instanceof SourceError || ofDisk(error)) throw error;
        reason = networkReason(error);
        have = (await file.stat()).size;
      }
      failures = have > before ? 0 : failures + 1;
      if (failures >= timing.tries) {
        const message = `${address}: the connection broke ${failures} times at byte ${have} of ${expected ?? 'an unknown number'} (${reason}). Try again: the download goes on from there.`;
        throw new SourceError('download-failed', message, { source: address });
      }
      await sleep(Math.min(timing.longestPause, timing.pause * 2 ** failures), signal).catch(() =>
        throwIfAborted(signal, address),
      );
    }
    await file.sync();
    return have;
  } finally {
    await file.close();
  }
}
