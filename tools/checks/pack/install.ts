import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const quiet: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };

/** Why the package registry cannot be used, in one line; undefined where it answers. */
export function registryProblem(): string | undefined {
  try {
    execFileSync(
      'npm',
      ['view', '@tensorflow/tfjs', 'version', '--fetch-timeout=20000', '--fetch-retries=1'],
      quiet,
    );
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return /npm (?:error|ERR!) code (\S+)/.exec(text)?.[1] ?? 'npm view failed';
  }
}

/** A folder outside the repository, with an empty package in it. */
export class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), 'bertune-pack-'));

  constructor() {
    writeFileSync(
      join(this.folder, 'package.json'),
      '{ "name": "consumer", "private": true, "type": "module" }\n',
    );
  }

  /** Packs workspace packages by folder name under `packages/` and installs the tarballs, with packages of the registry. */
  install(packages: readonly string[], others: readonly string[] = []): void {
    const tarballs = packages.map((name) => pack(name, join(this.folder, 'tarballs')));
    const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    execFileSync('npm', ['install', ...options, ...tarballs, ...others], { ...quiet, cwd: this.folder });
  }

  /** Runs an ES module in the folder. @returns what it printed, line by line */
  run(code: string): string[] {
    writeFileSync(join(this.folder, 'main.mjs'), code);
    return execFileSync(process.execPath, ['main.mjs'], { ...quiet, cwd: this.folder })
      .trimEnd()
      .split('\n');
  }

  /** Names of all installed packages, nested ones too. */
  installed(): string[] {
    const lock = JSON.parse(readFileSync(join(this.folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, unknown>;
    };
    return Object.keys(lock.packages)
      .filter((path) => path !== '')
      .map((path) => path.replace(/^.*node_modules\//, ''))
      .sort();
  }

  /** Files of an installed package, relative to it. */
  files(name: string): string[] {
    return readdirSync(join(this.folder, 'node_modules', name), { recursive: true, encoding: 'utf8' });
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** `pnpm pack` as a release would. @returns path of the tarball */
function pack(name: string, destination: string): string {
  mkdirSync(destination, { recursive: true });
  const before = new Set(readdirSync(destination));
  execFileSync('pnpm', ['pack', '--pack-destination', destination], {
    ...quiet,
    cwd: join(root, 'packages', name),
  });
  const made = readdirSync(destination).filter((file) => !before.has(file));
  if (made.length !== 1) throw new Error(`pnpm pack of ${name} made ${made.length} files in ${destination}`);
  return join(destination, made[0]);
}
