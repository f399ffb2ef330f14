import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { runJson } from './child.js';

const PROBE = `
import importlib.metadata as m, json, sys
found = {"python": sys.version.split()[0]}
for name in ("torch", "transformers", "tokenizers", "safetensors", "tensorflow"):
    for distribution in (name, name + "-cpu"):
        try: found.setdefault(name, m.version(distribution))
        except m.PackageNotFoundError: pass
print(json.dumps(found))
`;

/** The Python that has what is measured against. */
export interface Peer {
  /** executable */
  readonly python: string;
  /** of Python and of the packages */
  readonly versions: Readonly<Record<string, string>>;
}

/** The peer, or why there is none and how to get one. */
export type PeerSearch = { readonly peer: Peer } | { readonly peer: undefined; readonly missing: string };

/** Path of one of the peers' scripts. */
export function peerScript(name: string): string {
  return fileURLToPath(new URL(`../peers/${name}`, import.meta.url));
}

/**
 * Runs one of the peers' scripts to its end.
 * @returns the JSON object of its last line
 * @throws BenchError `side-failed`
 */
export async function runPeer<Result extends object>(
  { python }: Peer,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const request = { name: 'Python', command: python, args: [peerScript(script), ...args], env };
  return (await runJson<Result>(request)).result;
}

/** How a peer is made, by the variable that names it. */
const HOW = {
  PEER_PYTHON: how('PEER_PYTHON', '../.peers', 'torch transformers tokenizers safetensors scikit-learn'),
  PEER_TENSORFLOW: how('PEER_TENSORFLOW', '../.tensorflow', 'tensorflow-cpu'),
};

function how(variable: string, folder: string, packages: string): string {
  return [
    'To compare, make one anywhere outside the repository and name it:',
    `  python3 -m venv ${folder}`,
    `  ${folder}/bin/pip install ${packages}`,
    `  ${variable}=$PWD/${folder}/bin/python pnpm bench NAME`,
  ].join('\n');
}

/**
 * Looks for the peer that a variable of the environment names. Never fails: without one, what needs it is left out.
 * @param packages that it must have
 */
export async function findPeer(
  env: NodeJS.ProcessEnv,
  packages: readonly string[] = ['torch', 'transformers'],
  variable: keyof typeof HOW = 'PEER_PYTHON',
): Promise<PeerSearch> {
  const python = env[variable];
  const missing = (why: string): PeerSearch => ({
    peer: undefined,
    missing: `no peer: ${why} What needs one is not measured.\n${HOW[variable]}`,
  });
  if (!python)
    return missing(`${variable} is not set: it names a Python that has ${packages.join(' and ')}.`);
  try {
    const { stdout } = await promisify(execFile)(python, ['-c', PROBE]);
    const versions = JSON.parse(stdout) as Record<string, string>;
    const absent = packages.filter((name) => !(name in versions));
    if (absent.length === 0) return { peer: { python, versions } };
    return missing(`${variable}=${python} has no ${absent.join(' and no ')}.`);
  } catch (error) {
    return missing(`${variable}=${python} cannot be run (${firstLine(error)}).`);
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}
