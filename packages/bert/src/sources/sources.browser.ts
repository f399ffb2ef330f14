import { listen } from './browser-cache.js';
import { checkRevision, parseHubId } from './hub-id.js';
import { HUB, type ResolveOptions, type SourcePort } from './sources.js';

/** Whether the page's own server has a model there. One that answers everything with a page of its own has not. */
async function isServed(address: string): Promise<boolean> {
  for (const name of ['config.json', 'bert_config.json', 'saved_model.pb']) {
    const response = await fetch(`${address}/${name}`, { method: 'HEAD' }).catch(() => undefined);
    if (response?.ok === true && !response.headers.get('content-type')?.startsWith('text/html')) return true;
  }
  return false;
}

/** Addresses stay what they are; an id becomes the address of its files on the hub, which any page may read. */
async function resolve(source: string, options: ResolveOptions): Promise<string> {
  const address = await addressOf(source, options);
  if (options.onProgress) listen(address, options.onProgress);
  return address;
}

async function addressOf(source: string, { revision, endpoint = HUB }: ResolveOptions): Promise<string> {
  const hub = /^[./]/.test(source) ? undefined : parseHubId(source);
  if (hub === undefined || (hub.revision === undefined && (await isServed(source)))) return source;
  const asked = encodeURIComponent(checkRevision(revision ?? hub.revision ?? 'main', source));
  return `${endpoint.replace(/\/+$/, '')}/${hub.id}/resolve/${asked}`;
}

/** Sources of a browser. */
export const sources: SourcePort = { resolve };
