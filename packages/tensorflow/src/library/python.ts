import { access, constants, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { runChild } from './child.js';
import { lookInFolder, type Look } from './folder.js';
import type { Platform } from './platform.js';

/** Milliseconds one Python may take to say where its TensorFlow is. */
const patience = 5000;

/**
 * Pythons to ask, absolute: that of the active virtual environment, then every `python3` and every `python` on the
 * path. The same folder under two names counts once.
 */
export async function pythons(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const { VIRTUAL_ENV: active } = environment;
  const path = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [
    ...(active ? [join(active, 'bin', 'python')] : []),
    ...['python3', 'python'].flatMap((name) => path.map((folder) => join(folder, name))),
  ];
  const found = new Map<string, string>();
  for (const file of candidates) {
    try {
      await access(file, constants.X_OK);
      const key = join(await realpath(join(file, '..')), file.slice(file.lastIndexOf('/') + 1));
      if (!found.has(key)) found.set(key, file);
    } catch {
      // Not there, or not to be run.
    }
  }
  return [...found.values()].slice(0, 8);
}

/** Prints the package's folder without importing it: an import takes seconds, and may print or crash. */
const question = `
import sys
sys.path = [folder for folder in sys.path if folder]
import importlib.util
spec = importlib.util.find_spec('tensorflow')
print('folder:' + (list(spec.submodule_search_locations)[0] if spec and spec.submodule_search_locations else ''))
`;

/** Asks each Python for an installed `tensorflow`, the first that has one is the answer. */
export async function lookInPython(platform: Platform, environment: NodeJS.ProcessEnv): Promise<Look[]> {
  const looks: Look[] = [];
  const programs = await pythons(environment);
  const asked = new Set<string>();
  for (const program of programs) {
    const { code, stdout, problem } = await runChild([program, '-c', question], {
      environment: { ...environment, PYTHONDONTWRITEBYTECODE: '1' },
      cwd: tmpdir(),
      timeout: patience,
    });
    const says = (outcome: 'absent' | 'unusable', detail: string): Look => ({
      attempt: { place: 'python', path: program, outcome, detail },
    });
    const folder = /^folder:(.*)$/m.exec(stdout)?.[1];
    if (problem === 'timed-out') looks.push(says('unusable', `no answer within ${patience / 1000} s`));
    else if (code !== 0 || folder === undefined)
      looks.push(says('unusable', 'it does not run (it must be Python 3)'));
    else if (folder === '') looks.push(says('absent', 'no tensorflow installed'));
    else if (!asked.has(folder)) {
      asked.add(folder);
      const look = await lookInFolder('python', folder, platform);
      looks.push(look);
    }
  }
  if (programs.length === 0) {
    looks.push({
      attempt: { place: 'python', outcome: 'absent', detail: 'no python3 or python on the path' },
    });
  }
  return looks;
}
