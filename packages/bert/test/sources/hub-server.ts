/** A server that acts like the Hugging Face hub: its API, `resolve` with its headers, files in LFS on another host. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A repository: one commit, its files, and who may have them. */
export interface Repository {
  readonly commit: string;
  readonly files: Readonly<Record<string, Buffer>>;
  /** former names, which redirect here */
  readonly aliases?: readonly string[];
  readonly access?: 'public' | 'private' | 'gated';
}

/** What goes wrong with the next requests whose path matches; each fault strikes `times` times. */
export interface Fault {
  readonly path: RegExp;
  readonly method?: string;
  times: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** cuts the connection after so many bytes of the body */
  readonly cutAfter?: number;
  /** sends this instead of the file, with the file's headers */
  readonly body?: Buffer;
  /** acts as if there were no `Range` */
  readonly ignoreRange?: boolean;
  /** milliseconds between the body's halves */
  readonly pause?: number;
}

/** One request as it came. */
export interface Seen {
  readonly host: 'hub' | 'cdn';
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const gitSha1 = (bytes: Buffer): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

const inLfs = (name: string): boolean => /\.(safetensors|bin|h5)$/.test(name);
const etagOf = (name: string, bytes: Buffer): string => (inLfs(name) ? sha256(bytes) : gitSha1(bytes));

/** A commit's name made from a word. */
export const commitOf = (word: string): string => createHash('sha1').update(word).digest('hex');

/** Token that opens private repositories; `ASKED` opens gated ones, too. */
export const TOKEN = 'hf_member';
export const ASKED = 'hf_asked';

export class HubServer {
  readonly seen: Seen[] = [];
  faults: Fault[] = [];
  url = '';
  cdn = '';
  readonly #servers: Server[] = [];

  constructor(readonly repositories: Record<string, Repository>) {}

  async start(): Promise<void> {
    for (const host of ['hub', 'cdn'] as const) {
      const server = createServer((request, response) => this.#answer(host, request, response));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      this.#servers.push(server);
      const { port } = server.address() as AddressInfo;
      // Another name is another host for whoever decides where a token may go.
      if (host === 'hub') this.url = `http://127.0.0.1:${port}`;
      else this.cdn = `http://localhost:${port}`;
    }
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** Paths asked for since the last call, `METHOD path`. */
  requests(): string[] {
    return this.seen.splice(0).map(({ method, path }) => `${method} ${path}`);
  }

  #answer(host: 'hub' | 'cdn', request: IncomingMessage, response: ServerResponse): void {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://x');
    const method = request.method ?? '';
    const { authorization, range } = request.headers;
    this.seen.push({ host, method, path, authorization, range });
    const fault = this.faults.find(
      (item) => item.times > 0 && item.path.test(path) && (item.method ?? method) === method,
    );
    if (fault) fault.times--;
    if (fault?.status !== undefined) {
      response.writeHead(fault.status, fault.headers).end();
      return;
    }
    if (host === 'cdn') {
      const [name, file] = Object.entries(this.repositories).flatMap(([, { files }]) =>
        Object.entries(files).filter(([, bytes]) => path === `/${sha256(bytes)}`),
      )[0] ?? [undefined, undefined];
      if (name === undefined) response.writeHead(404).end();
      else this.#send(request, response, file, {}, fault);
      return;
    }
    if (path === '/api/models') {
      const found = Object.keys(this.repositories).filter((id) =>
        id.includes(searchParams.get('search') ?? ''),
      );
      response.end(JSON.stringify(found.map((id) => ({ id }))));
      return;
    }
    this.#repository(path, request, response, fault);
  }

  #repository(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    fault: Fault | undefined,
  ): void {
    const refuse = (status: number, code: string, message = ''): void => {
      response.writeHead(status, { 'x-error-code': code, 'x-error-message': message }).end();
    };
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && ![TOKEN, ASKED].includes(token)) {
      refuse(401, '', 'Invalid credentials');
      return;
    }
    for (const [id, repository] of Object.entries(this.repositories)) {
      for (const alias of repository.aliases ?? []) {
        const [before, after] = path.split(`/${alias}/`);
        if (after === undefined || path.includes(`/${id}/`) || !['', '/api/models'].includes(before))
          continue;
        response.writeHead(307, { location: `${before}/${id}/${after}` }).end();
        return;
      }
    }
    const match = /^(\/api\/models)?\/([\w.-]+(?:\/[\w.-]+)?)\/(revision|resolve|refs)\/?(.*)$/.exec(path);
    const repository = this.repositories[match?.[2] ?? ''];
    if (!match || !repository || (repository.access === 'private' && token === undefined)) {
      refuse(token === undefined ? 401 : 404, 'RepoNotFound', 'Repository not found');
      return;
    }
    const { commit, files, access } = repository;
    if (match[3] === 'refs') {
      response.end(JSON.stringify({ branches: [{ name: 'main' }], tags: [{ name: 'v1.0' }] }));
      return;
    }
    const [revision, ...rest] = match[4].split('/').map(decodeURIComponent);
    if (!['main', 'v1.0', 'refs/pr/1', commit].includes(revision)) {
      refuse(404, 'RevisionNotFound');
      return;
    }
    if (match[1] !== undefined) {
      const siblings = Object.keys(files).map((rfilename) => ({ rfilename }));
      response.end(JSON.stringify({ id: match[2], sha: commit, siblings }));
      return;
    }
    if (access === 'gated' && token !== ASKED) {
      refuse(token === undefined ? 401 : 403, 'GatedRepo');
      return;
    }
    const name = rest.join('/');
    const bytes = files[name];
    response.setHeader('x-repo-commit', commit);
    if (bytes === undefined) {
      refuse(404, 'EntryNotFound');
      return;
    }
    if (!inLfs(name)) {
      this.#send(request, response, bytes, { etag: `"${gitSha1(bytes)}"` }, fault);
      return;
    }
    response
      .writeHead(302, {
        location: `${this.cdn}/${sha256(bytes)}`,
        'x-linked-etag': `"${etagOf(name, bytes)}"`,
        'x-linked-size': String(bytes.length),
      })
      .end();
  }

  #send(
    request: IncomingMessage,
    response: ServerResponse,
    bytes: Buffer,
    headers: Record<string, string>,
    fault: Fault | undefined,
  ): void {
    const from = Number(
      /^bytes=(\d+)-$/.exec((fault?.ignoreRange ? undefined : request.headers.range) ?? '')?.[1] ?? NaN,
    );
    const isRange = !Number.isNaN(from);
    if (isRange && from >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const source = fault?.body ?? bytes;
    const body = isRange ? source.subarray(from) : source;
    const range = isRange ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
    response.writeHead(isRange ? 206 : 200, {
      ...headers,
      ...range,
      'content-length': body.length,
      'accept-ranges': 'bytes',
    });
    if (request.method === 'HEAD') return void response.end();
    if (fault?.cutAfter !== undefined) {
      response.write(body.subarray(0, fault.cutAfter), () => setTimeout(() => response.destroy(), 20));
      return;
    }
    if (fault?.pause === undefined) return void response.end(body);
    const half = body.length >> 1;
    response.write(body.subarray(0, half));
    setTimeout(() => response.end(body.subarray(half)), fault.pause).unref();
  }
}
