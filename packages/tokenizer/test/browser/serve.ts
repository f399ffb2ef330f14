/** A server of files in memory and below a folder, on a free port of this machine alone. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** A server under way. */
export interface Server {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** what was asked for, in order */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** @param pages by path; every other path is looked up below `folder`, else answered with 404 */
export async function serve(pages: Readonly<Record<string, string>>, folder: string): Promise<Server> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    requests.push(path);
    const page = pages[path];
    const body =
      page === undefined ? readFile(join(folder, normalize(path))) : Promise.resolve(Buffer.from(page));
    body.then(
      (bytes) => {
        const type = TYPES[extname(path)] ?? 'application/octet-stream';
        response.writeHead(200, { 'content-type': type }).end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
