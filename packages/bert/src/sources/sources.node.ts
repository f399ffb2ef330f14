import { fileURLToPath } from 'node:url';

import { resolveAddress } from './address.node.js';
import { SourceError } from './errors.js';
import { hubEnvironment } from './environment.node.js';
import { resolveHandle } from './handle.node.js';
import { parseHandle } from './handles.js';
import { checkRevision, parseHubAddress, parseHubId } from './hub-id.js';
import { resolveHub } from './hub.node.js';
import { resolveLocalArchive } from './local-archive.node.js';
import { findLocal, isPath, neighbours, noSuchPath } from './local.node.js';
import { question } from './suggest.js';
import { HUB, type ResolveOptions, type SourcePort } from './sources.js';
import { TIMING, type Timing } from './timing.js';

/** `resolvePretrained` in Node, with a patience of its own. */
export async function resolveSource(
  source: string,
  options: ResolveOptions,
  timing: Timing = TIMING,
): Promise<string> {
  if (/^(?!https?:)[a-z][a-z\d+.-]+:\/\//i.test(source)) return resolveScheme(source, options, timing);
  const local = await findLocal(source, options.cwd);
  if (local?.kind === 'archive') return resolveLocalArchive(local.path, options);
  if (local) return local.path;
  const { revision, cwd } = options;
  if (revision !== undefined) checkRevision(revision, source);
  const isAddress = /^https?:\/\//i.test(source);
  const handle = parseHandle(source);
  if (handle) return resolveHandle(handle, options, timing);
  if (!isAddress && isPath(source)) throw await noSuchPath(source, cwd);
  const { endpoint } = await hubEnvironment(options);
  const hub = isAddress ? parseHubAddress(source, [endpoint, HUB]) : parseHubId(source);
  if (hub === undefined && isAddress) return resolveAddress(source, options, timing);
  if (hub === undefined) throw await noSuchPath(source, cwd);
  const asked = { id: hub.id, revision: revision ?? hub.revision };
  try {
    return await resolveHub(asked, options, timing);
  } catch (error) {
    // A bare word may be a folder's name with a slip in it.
    if (!(error instanceof SourceError) || isAddress) throw error;
    const names = await neighbours(source, cwd);
    if (names.length === 0 && !['not-found', 'no-network', 'offline'].includes(error.code)) throw error;
    const { code, message, status, suggestions } = error;
    const here = `There is no folder ${source} here either.${question(names)}`;
    throw new SourceError(code, `${message} ${here}`, {
      source,
      status,
      suggestions: [...suggestions, ...names],
      cause: error,
    });
  }
}

/** An address that begins otherwise than the network's: of a file on this machine, or of nothing that is known. */
async function resolveScheme(source: string, options: ResolveOptions, timing: Timing): Promise<string> {
  let path: string | undefined;
  if (/^file:/i.test(source) && URL.canParse(source)) {
    try {
      path = fileURLToPath(source);
    } catch {
      // Such as file://another-machine/x.
    }
  }
  if (path !== undefined) return resolveSource(path, options, timing);
  const message = `${source}: expected an address that begins with https://, http:// or file:///, found another. Fetch it yourself, and give the file or folder.`;
  throw new SourceError('not-a-source', message, { source });
}

/** Sources of Node. */
export const sources: SourcePort = { resolve: resolveSource };
