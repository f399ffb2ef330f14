import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

import { HUB, type ResolveOptions } from './sources.js';

/** What the environment says about the hub, after the options. */
export interface HubEnvironment {
  /** address without a slash at the end */
  readonly endpoint: string;
  /** folder of the cache: `models--OWNER--NAME` and `.locks` lie in it */
  readonly cache: string;
  readonly token: string | undefined;
  readonly offline: boolean;
}

/** A variable that is set and not empty. */
function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

const isTrue = (value: string | undefined): boolean => /^(1|on|yes|true)$/i.test(value ?? '');

/** `~` and `$NAME`, as Python's client expands them. */
function expand(path: string): string {
  const known = path.replace(/^~(?=$|[/\\])/, homedir());
  return resolve(known.replaceAll(/\$\{?(\w+)\}?/g, (all, name: string) => process.env[name] ?? all));
}

function cacheHome(): string {
  const { XDG_CACHE_HOME: xdg } = process.env;
  // The standard says that a relative path is to be ignored.
  return xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache');
}

function hubHome(): string {
  return process.env.HF_HOME ? expand(process.env.HF_HOME) : join(cacheHome(), 'huggingface');
}

async function hubToken(): Promise<string | undefined> {
  const path = variable('HF_TOKEN_PATH');
  const file = path === undefined ? join(hubHome(), 'token') : expand(path);
  const named = variable('HF_TOKEN') ?? variable('HUGGING_FACE_HUB_TOKEN');
  const token = (named ?? (await readFile(file, 'utf8').catch(() => ''))).trim();
  return token === '' ? undefined : token;
}

/** Whether the network is not to be used. */
export function isOffline({ offline }: ResolveOptions): boolean {
  return offline ?? isTrue(variable('HF_HUB_OFFLINE') ?? variable('TRANSFORMERS_OFFLINE'));
}

/** Reads variables as Python's `huggingface_hub` does. */
export async function hubEnvironment(options: ResolveOptions): Promise<HubEnvironment> {
  const { token, cacheDir, endpoint = variable('HF_ENDPOINT') ?? HUB } = options;
  const cache = variable('HF_HUB_CACHE') ?? variable('HUGGINGFACE_HUB_CACHE');
  const standard = cache === undefined ? join(hubHome(), 'hub') : expand(cache);
  return {
    endpoint: endpoint.replace(/\/+$/, ''),
    cache: cacheDir === undefined ? standard : resolve(cacheDir),
    token: token === false ? undefined : (token ?? (await hubToken())),
    offline: isOffline(options),
  };
}

/** Our own cache, for what does not come from the hub. The folder that `@bertune/tensorflow` uses, too. */
export function ownCache({ cacheDir }: ResolveOptions): string {
  const named = cacheDir ?? variable('BERTUNE_CACHE');
  if (named !== undefined) return join(resolve(named), 'models');
  const isMac = process.platform === 'darwin' && variable('XDG_CACHE_HOME') === undefined;
  return join(isMac ? join(homedir(), 'Library', 'Caches') : cacheHome(), 'bertune', 'models');
}

/** Account of Kaggle: `KAGGLE_USERNAME` and `KAGGLE_KEY`, else `kaggle.json` in `KAGGLE_CONFIG_DIR` or `~/.kaggle`. */
export async function kaggleAccount(): Promise<{ username: string; key: string } | undefined> {
  const [username, key] = [variable('KAGGLE_USERNAME'), variable('KAGGLE_KEY')];
  if (username !== undefined && key !== undefined) return { username, key };
  const file = join(variable('KAGGLE_CONFIG_DIR') ?? join(homedir(), '.kaggle'), 'kaggle.json');
  try {
    const json = JSON.parse(await readFile(file, 'utf8')) as { username?: unknown; key?: unknown };
    if (typeof json.username === 'string' && typeof json.key === 'string')
      return { username: json.username, key: json.key };
  } catch {
    // No such file: many models are given out without an account.
  }
  return undefined;
}

/** What to say of a variable that names a proxy for an address which this Node does not use, as most do not unless they are told to. */
export function proxyHint({ protocol }: URL): string {
  if (process.env.NODE_USE_ENV_PROXY === '1') return '';
  const names = [`${protocol.slice(0, -1)}_proxy`, 'all_proxy'].flatMap((name) => [name.toUpperCase(), name]);
  const named = names.find((name) => variable(name) !== undefined);
  if (named === undefined) return '';
  return ` ${named} is set, but Node ${process.versions.node} does not use it: that takes version 22.21 or 24, and NODE_USE_ENV_PROXY=1.`;
}
