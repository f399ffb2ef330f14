/** A server of files in memory, with ETags and ranges, and of whatever else a test wants. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export class FileServer {
  /** by path, with the query where it matters */
  files: Record<string, Buffer | Answer> = {};
  /** `METHOD path` of each request */
  readonly requests: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  url = '';
  #server: Server | undefined;

  async start(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** The files of a folder below a path. */
  add(
    path: string,
    members: readonly { readonly name: string; readonly content?: Uint8Array | string }[],
  ): void {
    for (const { name, content = '' } of members)
      this.files[`${path}/${name}`] = Buffer.from(content as string);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    this.requests.push(`${request.method ?? ''} ${path}`);
    this.authorizations.push(request.headers.authorization);
    const file = this.files[path] ?? this.files[path.split('?')[0]];
    if (file === undefined) response.writeHead(404, { 'content-type': 'text/html' }).end('<html>');
    else if (typeof file === 'function') file(request, response);
    else send(file, request, response);
  }
}

/** Sends bytes, or those from where the request says. */
export function send(
  file: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  type = 'application/octet-stream',
  etag = `"${createHash('md5').update(file).digest('hex')}"`,
): void {
  const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? NaN);
  const isRange = !Number.isNaN(from) && (request.headers['if-range'] ?? etag) === etag;
  const body = isRange ? file.subarray(from) : file;
  const range = isRange ? { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` } : {};
  response.writeHead(isRange ? 206 : 200, {
    etag,
    'content-type': type,
    'content-length': body.length,
    ...range,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
