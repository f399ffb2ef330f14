import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROBE = `
import importlib.metadata as m, json, sys
found = {"python": sys.version.split()[0]}
for name in ("torch", "transformers", "tokenizers"):
    try: found[name] = m.version(name)
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

const HOW =
  'To compare, make one anywhere outside the repository and name it:\n' +
  '  python3 -m venv ../.peers\n' +
  '  ../.peers/bin/pip install torch transformers tokenizers safetensors scikit-learn\n' +
  '  PEER_PYTHON=$PWD/../.peers/bin/python pnpm bench NAME';

/**
 * Looks for the peer that `PEER_PYTHON` names. Never fails: without one, what needs it is left out.
 * @param packages that it must have
 */
export async function findPeer(
  env: NodeJS.ProcessEnv,
  packages: readonly string[] = ['torch', 'transformers'],
): Promise<PeerSearch> {
  const python = env.PEER_PYTHON;
  if (!python)
    return missing(`PEER_PYTHON is not set: it names a Python that has ${packages.join(' and ')}.`);
  try {
    const { stdout } = await promisify(execFile)(python, ['-c', PROBE]);
    const versions = JSON.parse(stdout) as Record<string, string>;
    const absent = packages.filter((name) => !(name in versions));
    if (absent.length === 0) return { peer: { python, versions } };
    return missing(`PEER_PYTHON=${python} has no ${absent.join(' and no ')}.`);
  } catch (error) {
    return missing(`PEER_PYTHON=${python} cannot be run (${firstLine(error)}).`);
  }
}

function missing(why: string): PeerSearch {
  return { peer: undefined, missing: `no peer: ${why} What needs one is not measured.\n${HOW}` };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}
