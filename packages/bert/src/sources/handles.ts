/** An archive that a handle of TensorFlow Hub or Kaggle stands for. */
export interface Handle {
  readonly host: 'tfhub' | 'kaggle';
  /** path at the host that gives the archive; of Kaggle's without a version one that tells the newest */
  readonly path: string;
  /** path of the page where a person gets access, and of the model's files */
  readonly page: string;
  /** name in the cache and in messages */
  readonly name: string;
  /** whether `path` still lacks the version */
  readonly isUnversioned: boolean;
}

const PART = /^[\w][\w.-]*$/;
/** Kaggle's frameworks, as its API spells them. */
const FRAMEWORKS = [
  'tensorFlow1',
  'tensorFlow2',
  'tfLite',
  'tfJs',
  'pyTorch',
  'keras',
  'jax',
  'flax',
  'transformers',
  'other',
];

const frameworkOf = (name: string): string | undefined =>
  FRAMEWORKS.find((framework) => framework.toLowerCase() === name.toLowerCase());

function kaggle(parts: readonly string[]): Handle | undefined {
  const [owner, model, name, variation, version, more] = parts;
  const framework = frameworkOf(name ?? '');
  if (variation === undefined || framework === undefined || more !== undefined) return undefined;
  if (![owner, model, variation].every((part) => PART.test(part))) return undefined;
  if (version !== undefined && !/^\d{1,6}$/.test(version)) return undefined;
  const base = `/api/v1/models/${owner}/${model}/${framework}/${variation}`;
  return {
    host: 'kaggle',
    path: version === undefined ? `${base}/get` : `${base}/${version}/download`,
    page: `/models/${owner}/${model}`,
    name: [owner, model, framework, variation, ...(version === undefined ? [] : [version])].join('/'),
    isUnversioned: version === undefined,
  };
}

/** The path that gives the archive of a version. */
export const versionPath = ({ path }: Handle, version: number): string =>
  path.replace(/get$/, `${version}/download`);

/**
 * Reads `https://tfhub.dev/PUBLISHER/MODEL/VERSION`, the address of a model's page on Kaggle, and Kaggle's handles
 * `OWNER/MODEL/FRAMEWORK/VARIATION[/VERSION]`.
 */
export function parseHandle(source: string): Handle | undefined {
  if (!/^https?:\/\//i.test(source)) return kaggle(source.split('/'));
  if (!URL.canParse(source)) return undefined;
  const { hostname, pathname } = new URL(source);
  const parts = pathname.split('/').filter((part) => part !== '');
  if (/^(www\.)?kaggle\.com$/.test(hostname) && parts[0] === 'models')
    return kaggle(parts.slice(1).filter((part) => !['frameworks', 'variations', 'versions'].includes(part)));
  if (hostname !== 'tfhub.dev' || parts.length < 2 || !parts.every((part) => PART.test(part)))
    return undefined;
  const page = `/${parts.join('/')}`;
  return {
    host: 'tfhub',
    path: `${page}?tf-hub-format=compressed`,
    page,
    name: parts.join('/'),
    isUnversioned: false,
  };
}
