import { SourceError, type SourceErrorCode } from './errors.js';
import { nearest, question, WELL_KNOWN } from './suggest.js';

/** Whom a server's refusal is about. */
export interface Asked {
  readonly endpoint: string;
  readonly id: string;
  readonly revision: string;
  /** file in the repository; undefined: the repository itself */
  readonly file?: string | undefined;
  readonly hasToken: boolean;
  /** GETs JSON of the hub; undefined when that fails */
  readonly lookUp: (path: string) => Promise<unknown>;
}

const textOf = (value: unknown, key: string): string => {
  const found = (value as Record<string, unknown> | null)?.[key];
  return typeof found === 'string' ? found : '';
};

/** Models of the hub with nearly this name: well-known ones, and those its search finds. */
async function similarModels({ id, lookUp }: Asked): Promise<string[]> {
  const last = (name: string): string => name.split('/').at(-1) ?? name;
  const sameName = (known: readonly string[]): string[] =>
    known.filter((name) => name !== id && last(name) === last(id));
  const answer = await lookUp(
    `/api/models?search=${encodeURIComponent(last(id))}&sort=downloads&direction=-1&limit=20`,
  );
  const found = Array.isArray(answer)
    ? answer.map((model) => textOf(model, 'id')).filter((name) => name !== '')
    : [];
  const known = [...WELL_KNOWN, ...found];
  const byName = new Map(known.map((name) => [last(name), name]).reverse() as [string, string][]);
  const near = nearest(last(id), byName.keys()).map((name) => byName.get(name) ?? name);
  return [...new Set([...sameName(known), ...nearest(id, known), ...near])].slice(0, 3);
}

async function similarRevisions({ id, revision, lookUp }: Asked): Promise<string[]> {
  const answer = (await lookUp(`/api/models/${id}/refs`)) as Record<string, unknown> | undefined;
  const lists = [answer?.branches, answer?.tags].filter(Array.isArray) as unknown[][];
  const names = lists.flat().map((item) => textOf(item, 'name'));
  const near = nearest(revision, names);
  return near.length > 0 ? near : names.slice(0, 5);
}

function gated({ endpoint, id, hasToken }: Asked): string {
  const page = `${endpoint}/${id}`;
  return hasToken
    ? `${id}: its owner gives access to those who ask, and the account of your token has none. Open ${page}, accept the conditions, and try again once access is granted.`
    : `${id}: its owner gives access to those who ask. Open ${page} signed in, accept the conditions, make a token at ${endpoint}/settings/tokens, and set HF_TOKEN to it (or run hf auth login).`;
}

/** What an answer that is not the file or list that was asked for means. Its body is dropped. */
export async function refusal(response: Response, asked: Asked): Promise<SourceError> {
  const { endpoint, id, revision, file, hasToken } = asked;
  const { status } = response;
  const reason = response.headers.get('x-error-code') ?? '';
  const said = (response.headers.get('x-error-message') ?? '').slice(0, 300);
  await response.body?.cancel().catch(() => undefined);
  const where = file === undefined ? id : `${id}, ${file}`;
  const fail = (code: SourceErrorCode, message: string, suggestions?: readonly string[]): SourceError =>
    new SourceError(code, message, { source: id, status, suggestions });
  if (reason === 'GatedRepo') return fail('gated', gated(asked));
  if (reason === 'RevisionNotFound') {
    const names = await similarRevisions(asked);
    const list = names.length > 0 ? ` It has ${names.join(', ')}.` : '';
    return fail(
      'not-found',
      `${id}: expected a branch, tag or commit ${JSON.stringify(revision)}, found none of that name.${list}`,
      names,
    );
  }
  if (reason === 'EntryNotFound' || (status === 404 && file !== undefined))
    return fail('not-found', `${where}: no such file in revision ${revision}.`);
  // The hub does not tell strangers whether a model is private or does not exist.
  if (status === 404 || reason === 'RepoNotFound' || (status === 401 && reason === '' && !hasToken)) {
    const names = await similarModels(asked);
    const secret = hasToken
      ? 'If it is private, the token (HF_TOKEN) must belong to somebody who may read it.'
      : 'If it is private, set HF_TOKEN to a token that may read it.';
    return fail('not-found', `${id}: ${endpoint} has no such model.${question(names)} ${secret}`, names);
  }
  if (status === 401) {
    const message = `${where}: ${endpoint} does not accept the token (status 401). Look at HF_TOKEN and at what hf auth login wrote; without a token, public models can still be had.`;
    return fail('unauthorized', message);
  }
  if (status === 403) {
    const message = `${where}: ${endpoint} refuses it (status 403${said ? `: ${said}` : ''}). ${hasToken ? 'The token lacks the right to read this model.' : 'Set HF_TOKEN to a token that may read it.'}`;
    return fail('forbidden', message);
  }
  return fail(
    'download-failed',
    `${where}: ${endpoint} answered ${status} ${said || response.statusText}`.trim() + '. Try again later.',
  );
}
