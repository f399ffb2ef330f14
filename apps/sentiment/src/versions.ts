import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

function versionOf(packageJson: string): string {
  const { version } = JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string };
  return version;
}

/** Version of this program. */
export function appVersion(): string {
  return versionOf(require.resolve('../package.json'));
}

/** Version of a package that does not export its package.json. */
function versionAbove(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return versionOf(join(folder, 'package.json'));
  }
  return 'unknown';
}

/** Versions of what the native engine is made of; nothing of it is loaded. */
export function nativeVersions(): Readonly<Record<string, string>> {
  const inside = createRequire(require.resolve('@bertune/tensorflow/package.json'));
  return {
    koffi: versionAbove(inside.resolve('koffi')),
    '@tensorflow/tfjs-node-gpu': versionOf(inside.resolve('@tensorflow/tfjs-node-gpu/package.json')),
  };
}

/** Versions of everything the numbers of a run hang on, for `run.json`. */
export function versions(): Readonly<Record<string, string>> {
  const packages = [
    '@bertune/tokenizer',
    '@bertune/bert',
    '@bertune/heads',
    '@bertune/train',
    '@bertune/tensorflow',
    '@tensorflow/tfjs',
    '@tensorflow/tfjs-backend-wasm',
  ];
  return {
    node: process.versions.node,
    sentiment: appVersion(),
    ...Object.fromEntries(packages.map((name) => [name, versionOf(require.resolve(`${name}/package.json`))])),
  };
}
