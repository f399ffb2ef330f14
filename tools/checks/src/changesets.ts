import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from './problem.js';
import { git, hasRevision } from './repository.js';

/** One file of `.changeset/`. */
export interface Changeset {
  /** path from the root */
  readonly file: string;
  /** names of the packages it releases */
  readonly packages: readonly string[];
}

/** A published package and what happened to it since the base. */
export interface PackageChange {
  readonly name: string;
  /** path from the root, e.g. `packages/bert` */
  readonly folder: string;
  /** what the changes are counted from, in words */
  readonly since: string;
  /** changed files under its `src` */
  readonly sources: readonly string[];
  /** whether its CHANGELOG.md changed too: then the changesets were spent on a release */
  readonly released: boolean;
}

/** Reads the front matter of a changeset: `'@bertune/bert': minor`. */
export function parseChangeset(file: string, text: string): Changeset {
  const front = /^---\n([\s\S]*?)\n?---/.exec(text.replaceAll('\r\n', '\n'))?.[1] ?? '';
  const packages = [...front.matchAll(/^\s*['"]?([^'":\s]+)['"]?\s*:\s*(?:patch|minor|major)\s*$/gm)];
  return { file, packages: packages.map(([, name]) => name) };
}

/** Packages whose sources changed without a changeset, and changesets that name no package. */
function missingChangesets(
  changes: readonly PackageChange[],
  changesets: readonly Changeset[],
  names: readonly string[],
): Problem[] {
  const covered = new Set(changesets.flatMap(({ packages }) => packages));
  const missing = changes
    .filter(({ name, sources, released }) => sources.length > 0 && !released && !covered.has(name))
    .map(({ name, folder, since, sources }) => ({
      file: folder,
      message: `${sources.length} source file(s) changed since ${since} (${sources[0]}, ...) without a changeset: run \`pnpm changeset\` and choose ${name}`,
    }));
  const unknown = changesets.flatMap(({ file, packages }) => [
    ...(packages.length === 0
      ? [{ file, message: "names no package: its front matter needs e.g. '@bertune/bert': minor" }]
      : []),
    ...packages
      .filter((name) => !names.includes(name))
      .map((name) => ({ file, message: `names ${name}, which is no package here (${names.join(', ')})` })),
  ]);
  return [...missing, ...unknown];
}

/**
 * Compares the working tree with its base: the fork point from origin/main on a branch; on main itself, each package's
 * last release (the last commit that touched its CHANGELOG.md) or the first commit.
 */
export function checkChangesets(root: string): Problem[] {
  const packages = publishedPackages(root);
  const branchBase = forkPoint(root);
  const added = new Set(branchBase === undefined ? [] : changedFiles(root, branchBase, '.changeset'));
  const changes = packages.map(({ name, folder }) => {
    const base = branchBase ?? lastRelease(root, folder);
    const changed = changedFiles(root, base, folder);
    return {
      name,
      folder,
      since: git(root, 'log', '-1', '--format=%h (%s)', base).trim(),
      sources: changed.filter((file) => file.startsWith(`${folder}/src/`)),
      released: changed.includes(`${folder}/CHANGELOG.md`),
    };
  });
  const pending = readdirSync(join(root, '.changeset'))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) =>
      parseChangeset(`.changeset/${name}`, readFileSync(join(root, '.changeset', name), 'utf8')),
    );
  // On a branch, somebody else's waiting changeset does not speak for this change.
  const own = branchBase === undefined ? pending : pending.filter(({ file }) => added.has(file));
  return missingChangesets(
    changes,
    own,
    packages.map(({ name }) => name),
  );
}

function publishedPackages(root: string): { name: string; folder: string }[] {
  return readdirSync(join(root, 'packages')).flatMap((folder) => {
    const file = join(root, 'packages', folder, 'package.json');
    if (!existsSync(file)) return [];
    const { name, private: isPrivate } = JSON.parse(readFileSync(file, 'utf8')) as {
      name: string;
      private?: boolean;
    };
    return isPrivate ? [] : [{ name, folder: `packages/${folder}` }];
  });
}

/** Where the branch left origin/main; undefined on main itself and where there is no origin. */
function forkPoint(root: string): string | undefined {
  if (!hasRevision(root, 'origin/main')) return undefined;
  const base = git(root, 'merge-base', 'HEAD', 'origin/main').trim();
  return base === git(root, 'rev-parse', 'HEAD').trim() ? undefined : base;
}

function lastRelease(root: string, folder: string): string {
  const release = git(root, 'log', '-1', '--format=%H', '--', `${folder}/CHANGELOG.md`).trim();
  return release || git(root, 'rev-list', '--max-parents=0', 'HEAD').trim().split('\n')[0];
}

function changedFiles(root: string, base: string, folder: string): string[] {
  const tracked = git(root, 'diff', '--name-only', '-z', base, '--', folder);
  const untracked = git(root, 'ls-files', '-z', '--others', '--exclude-standard', '--', folder);
  return [...new Set(`${tracked}${untracked}`.split('\0'))].filter((file) => file !== '');
}
