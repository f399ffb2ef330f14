import { isOffline, kaggleAccount } from './environment.node.js';
import { SourceError } from './errors.js';
import { versionPath, type Handle } from './handles.js';
import { resolveRemoteArchive } from './remote-archive.node.js';
import { refusedAddress } from './remote-file.js';
import { request } from './request.js';
import type { ResolveOptions } from './sources.js';
import type { Timing } from './timing.js';

function endpointOf({ host }: Handle, { endpoint }: ResolveOptions): string {
  const { TFHUB_ENDPOINT, KAGGLE_API_ENDPOINT } = process.env;
  const named = endpoint ?? (host === 'tfhub' ? TFHUB_ENDPOINT : KAGGLE_API_ENDPOINT);
  const standard = host === 'tfhub' ? 'https://tfhub.dev' : 'https://www.kaggle.com';
  return (named === undefined || named === '' ? standard : named).replace(/\/+$/, '');
}

/** What Kaggle's refusals mean. */
async function refusedByKaggle(
  response: Response,
  { name, page }: Handle,
  endpoint: string,
  hasAccount: boolean,
): Promise<SourceError> {
  const { status } = response;
  const details = { source: name, status };
  const fail = async (code: 'unauthorized' | 'gated', message: string): Promise<SourceError> => {
    await response.body?.cancel().catch(() => undefined);
    return new SourceError(code, message, details);
  };
  if (status === 401 || (status === 403 && !hasAccount)) {
    const why = hasAccount ? 'does not accept the account' : 'wants an account';
    return fail(
      'unauthorized',
      `${name}: Kaggle ${why} (status ${status}). Make a token at ${endpoint}/settings, and set KAGGLE_USERNAME and KAGGLE_KEY, or save kaggle.json to ~/.kaggle.`,
    );
  }
  if (status === 403)
    return fail(
      'gated',
      `${name}: Kaggle gives it to those who accepted its conditions (status 403). Open ${endpoint}${page} signed in, and accept them.`,
    );
  if (status === 404) {
    await response.body?.cancel().catch(() => undefined);
    const message = `${name}: Kaggle has no such model, variation or version (status 404). Look at ${endpoint}${page} for those there are; private ones need KAGGLE_USERNAME and KAGGLE_KEY.`;
    return new SourceError('not-found', message, details);
  }
  return refusedAddress(response, name);
}

/**
 * A model of TensorFlow Hub or Kaggle as a folder of our cache.
 * @throws SourceError
 */
export async function resolveHandle(
  handle: Handle,
  options: ResolveOptions,
  timing: Timing,
): Promise<string> {
  const endpoint = endpointOf(handle, options);
  const { host, name, path, isUnversioned } = handle;
  const { signal } = options;
  if (host === 'tfhub') {
    const address = (): Promise<string> => Promise.resolve(endpoint + path);
    return resolveRemoteArchive(
      { source: `https://tfhub.dev/${name}`, name: `tfhub-${name}`, address },
      options,
      timing,
    );
  }
  const account = isOffline(options) ? undefined : await kaggleAccount();
  const authorization = account && `Basic ${btoa(`${account.username}:${account.key}`)}`;
  const refuse = (response: Response): Promise<SourceError> =>
    refusedByKaggle(response, handle, endpoint, account !== undefined);
  const address = async (): Promise<string> => {
    if (!isUnversioned) return endpoint + path;
    const response = await request(endpoint + path, { authorization, signal, timing });
    if (!response.ok) throw await refuse(response);
    const { versionNumber: version } = (await response.json().catch(() => ({}))) as {
      versionNumber?: unknown;
    };
    if (typeof version === 'number' && Number.isSafeInteger(version) && version > 0)
      return endpoint + versionPath(handle, version);
    const message = `${name}: Kaggle does not say which version is the newest. Add one: ${name}/1.`;
    throw new SourceError('download-failed', message, { source: name });
  };
  return resolveRemoteArchive(
    { source: name, name: `kaggle-${name}`, address, authorization, refuse },
    options,
    timing,
  );
}
