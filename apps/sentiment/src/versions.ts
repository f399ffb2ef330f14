import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

function versionOf(packageJson: string): string {
  const { version } = JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string };
  return version;
}

/** Version of this program. */
export function appVersion(): string {
  return versionOf(require.resolve('../package.json'));
}

/** Versions of everything the numbers of a run hang on, for `run.json`. */
export function versions(): Readonly<Record<string, string>> {
  const packages = [
    '@bertune/tokenizer',
    '@bertune/bert',
    '@bertune/heads',
    '@bertune/train',
    '@tensorflow/tfjs',
    '@tensorflow/tfjs-backend-wasm',
  ];
  return {
    node: process.versions.node,
    sentiment: appVersion(),
    ...Object.fromEntries(packages.map((name) => [name, versionOf(require.resolve(`${name}/package.json`))])),
  };
}
