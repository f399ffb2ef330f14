import { proxyHint } from './environment.node.js';
import { SourceError } from './errors.js';
import { sleep, type Timing, TIMING } from './timing.js';

/** How to ask. */
export interface RequestOptions {
  readonly method?: 'GET' | 'HEAD' | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** value of `Authorization`; sent to the first host alone, never along with a redirect to another */
  readonly authorization?: string | undefined;
  /** `same-host`: an answer that leads elsewhere is given as it is. Default `all` */
  readonly redirects?: 'same-host' | 'all' | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timing?: Timing | undefined;
}

const MOST_REDIRECTS = 10;
const WORTH_ANOTHER_TRY = new Set([408, 429, 500, 502, 503, 504]);

/** Names of what went wrong underneath a failed `fetch`. */
export function networkReason(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown; message?: unknown } };
  return String(cause?.code ?? cause?.message ?? (error as { message?: unknown }).message ?? error);
}

/** @throws SourceError `aborted` when the caller's signal is why `error` was thrown */
export function throwIfAborted(signal: AbortSignal | undefined, source: string): void {
  if (signal?.aborted !== true) return;
  const message = `${source}: stopped. What has come so far is kept for the next time.`;
  throw new SourceError('aborted', message, { source, cause: signal.reason });
}

/** The pause a server asks for, in milliseconds: `Retry-After` in seconds or as a date. */
function retryAfter(response: Response): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  const milliseconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

async function follow(address: string, options: RequestOptions): Promise<Response> {
  const { method = 'GET', headers = {}, authorization, redirects = 'all', signal } = options;
  let url = new URL(address);
  const { origin } = url;
  for (let count = 0; count <= MOST_REDIRECTS; count++) {
    // A token in the clear would be everybody's; and the body must come as it is, for its length and ranges to hold.
    const own = authorization !== undefined && url.origin === origin ? { authorization } : {};
    const response = await fetch(url, {
      method,
      headers: { 'accept-encoding': 'identity', ...headers, ...own },
      redirect: 'manual',
      signal: signal ?? null,
    });
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
    const next = URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (redirects === 'same-host' && next?.origin !== url.origin) return response;
    await response.body?.cancel();
    if (
      next === undefined ||
      !/^https?:$/.test(next.protocol) ||
      (url.protocol === 'https:' && next.protocol === 'http:')
    ) {
      const message = `${address}: expected a redirect to an https address, found ${JSON.stringify(location)}.`;
      throw new SourceError('download-failed', message, { source: address, status: response.status });
    }
    url = next;
  }
  const message = `${address}: more than ${MOST_REDIRECTS} redirects.`;
  throw new SourceError('download-failed', message, { source: address });
}

/** No answer within this time counts as none. */
async function ask(address: string, options: RequestOptions, silence: number): Promise<Response> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Error(`no answer for ${silence / 1000} s`)), silence);
  const signals = [timeout.signal, ...(options.signal ? [options.signal] : [])];
  try {
    return await follow(address, { ...options, signal: AbortSignal.any(signals) });
  } finally {
    clearTimeout(timer);
  }
}

function unreachable(address: string, error: unknown): SourceError {
  const { host } = new URL(address);
  const message =
    `${address}: ${host} cannot be reached (${networkReason(error)}). Look at the network, and at proxies and firewalls; ` +
    `or give a folder on this machine.${proxyHint(new URL(address))}`;
  return new SourceError('no-network', message, { source: address, cause: error });
}

function tooManyRequests(address: string, wait: number | undefined): SourceError {
  const when = wait === undefined ? '' : ` for another ${Math.ceil(wait / 1000)} s`;
  const message = `${address}: the server takes no more requests from here${when} (status 429). Try again later; with a token (HF_TOKEN) it takes more.`;
  return new SourceError('rate-limited', message, { source: address, status: 429 });
}

/**
 * Asks a server, again where that may help: after 429 and 503 when it says, otherwise after pauses that double.
 * @returns its answer, whatever the status; its body is still to be read or cancelled
 * @throws SourceError `no-network`, `rate-limited`, `download-failed`, `aborted`
 */
export async function request(address: string, options: RequestOptions = {}): Promise<Response> {
  const { signal, timing = TIMING } = options;
  for (let tried = 1; ; tried++) {
    let wait: number;
    const backOff = Math.min(timing.longestPause, timing.pause * 2 ** (tried - 1) * (1 + Math.random() / 4));
    try {
      const response = await ask(address, options, timing.silence);
      if (!WORTH_ANOTHER_TRY.has(response.status)) return response;
      const asked = retryAfter(response);
      wait = asked ?? backOff;
      if (tried >= timing.tries || wait > timing.longestPause) {
        if (response.status !== 429) return response;
        await response.body?.cancel();
        throw tooManyRequests(address, asked);
      }
      await response.body?.cancel();
    } catch (error) {
      throwIfAborted(signal, address);
      if (error instanceof SourceError) throw error;
      // A name that does not exist now will not in a second; most often there is no network at all.
      const hopeless = ['ENOTFOUND', 'ECONNREFUSED', 'EAI_AGAIN', 'CERT_HAS_EXPIRED'].includes(
        networkReason(error),
      );
      if (tried >= (hopeless ? 2 : timing.tries)) throw unreachable(address, error);
      wait = backOff;
    }
    await sleep(wait, signal).catch(() => throwIfAborted(signal, address));
  }
}
