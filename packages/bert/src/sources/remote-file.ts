import { SourceError } from './errors.js';
import { request, type RequestOptions } from './request.js';

/** What a server says of a file without sending it. */
export interface RemoteFile {
  readonly etag: string | undefined;
  readonly modified: string | undefined;
  /** bytes */
  readonly size: number | undefined;
  readonly type: string;
}

/** What an answer means that is neither a file nor that there is none. Its body is dropped. */
export async function refusedAddress(response: Response, address: string): Promise<SourceError> {
  const { status, statusText } = response;
  await response.body?.cancel().catch(() => undefined);
  const details = { source: address, status };
  if (status === 404 || status === 410)
    return new SourceError(
      'not-found',
      `${address}: there is nothing (status ${status}). Look at the address.`,
      details,
    );
  if (status === 401 || status === 403) {
    const message = `${address}: the server does not give it out (status ${status}). Fetch it with what it wants (a browser, a key), and give the file or folder.`;
    return new SourceError(status === 401 ? 'unauthorized' : 'forbidden', message, details);
  }
  const message = `${address}: the server answered ${status} ${statusText}`.trim() + '. Try again later.';
  return new SourceError('download-failed', message, details);
}

function sizeOf({ headers, status }: Response): number | undefined {
  const total =
    /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ??
    (status === 200 ? headers.get('content-length') : null);
  return total === null ? undefined : Number(total);
}

/**
 * Asks for a file's head.
 * @param refuse makes the error of an answer that is no file
 * @returns undefined where there is no such file
 * @throws SourceError
 */
export async function askFile(
  address: string,
  options: RequestOptions,
  refuse: (response: Response) => Promise<Error> = (response) => refusedAddress(response, address),
): Promise<RemoteFile | undefined> {
  let response = await request(address, { ...options, method: 'HEAD' });
  // Signed addresses and simple servers know GET alone.
  if (!response.ok && ![404, 410].includes(response.status)) {
    response = await request(address, { ...options, headers: { ...options.headers, range: 'bytes=0-0' } });
  }
  const { headers, status } = response;
  if (status === 404 || status === 410) {
    await response.body?.cancel().catch(() => undefined);
    return undefined;
  }
  if (!response.ok) throw await refuse(response);
  await response.body?.cancel().catch(() => undefined);
  return {
    etag: headers.get('etag') ?? undefined,
    modified: headers.get('last-modified') ?? undefined,
    size: sizeOf(response),
    type: headers.get('content-type') ?? '',
  };
}
