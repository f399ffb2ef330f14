import { SourceError } from './errors.js';

/** A model of the hub. */
export interface HubId {
  /** `owner/name`, or the bare name of one that is older than owners */
  readonly id: string;
  /** branch, tag or commit; undefined: not said */
  readonly revision: string | undefined;
}

// As huggingface_hub's validate_repo_id: letters, digits, `-_.`, neither at the ends nor `--` nor `..`.
const PART = /^(?!.*(?:--|\.\.))\w(?:[\w.-]{0,94}\w)?$/;
const REVISION = /^(?!.*(?:\.\.|\/\/))[\w][\w./-]{0,254}$/;

/** A part of an address without its escapes; one whose escapes are none stays as it is. */
export function unescapedPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Reads `owner/name`, `name`, either with `@revision`; undefined for anything else. */
export function parseHubId(source: string): HubId | undefined {
  const [id, revision, more] = source.split('@');
  const parts = id.split('/');
  if (more !== undefined || parts.length > 2 || !parts.every((part) => PART.test(part))) return undefined;
  if (id.endsWith('.git') || (revision !== undefined && !REVISION.test(revision))) return undefined;
  return { id, revision };
}

/**
 * Reads the address of a model's page on the hub, or of a folder or file below it; undefined for anything else.
 * @param endpoints addresses of the hub and of a mirror, which may lie in a folder of its host
 */
export function parseHubAddress(address: string, endpoints: readonly string[]): HubId | undefined {
  if (!URL.canParse(address)) return undefined;
  const { origin, pathname } = new URL(address);
  const folders = endpoints
    .map((endpoint) => new URL(endpoint))
    .filter((endpoint) => endpoint.origin === origin)
    .map((endpoint) => endpoint.pathname.replace(/\/*$/, '/'));
  const folder = folders.find((known) => pathname.startsWith(known));
  if (folder === undefined) return undefined;
  const parts = pathname
    .slice(folder.length)
    .split('/')
    .filter((part) => part !== '');
  const at = parts.findIndex((part) => ['tree', 'blob', 'resolve', 'raw'].includes(part));
  const revision = at > 0 ? unescapedPart(parts[at + 1] ?? 'main') : undefined;
  const hub = parseHubId(parts.slice(0, at > 0 ? at : undefined).join('/'));
  return hub && hub.revision === undefined ? { id: hub.id, revision } : undefined;
}

/** @throws SourceError `not-a-source` for what cannot be a branch, tag or commit */
export function checkRevision(revision: string, source: string): string {
  if (REVISION.test(revision)) return revision;
  const message = `${source}: expected a branch, tag or commit, found revision ${JSON.stringify(revision)}.`;
  throw new SourceError('not-a-source', message, { source });
}
