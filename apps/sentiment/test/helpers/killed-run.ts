import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { openSafetensors } from '@bertune/bert';

const launcher = fileURLToPath(new URL('../../scripts/launch.mjs', import.meta.url));

/** When to end a process by SIGKILL: after a time from its first epoch on, or in the middle of a save. */
export type Kill = { readonly after: number } | { readonly inSave: number };

/** How a process ended. */
interface End {
  readonly code: number | null;
  readonly killed: boolean;
  readonly stderr: string;
}

/** Runs the command in a process of its own, and kills it where asked. @param output folder whose saves are watched for */
function command(argv: readonly string[], cwd: string, output: string, kill: Kill | undefined): Promise<End> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [launcher, ...argv], {
      cwd,
      env: { ...process.env, BERTUNE_NO_BUILD: '1', INIT_CWD: cwd },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    let killed = false;
    let watching: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearInterval(watching);
      killed = child.kill('SIGKILL');
    };
    const startWatching = (): void => {
      if (!kill) return;
      if ('after' in kill) watching = setTimeout(end, kill.after);
      else watching = setInterval(() => isSaving(output) && setTimeout(end, kill.inSave), 1);
    };
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      // Printed before the first step.
      if (!watching && stderr.includes('versions: ')) startWatching();
      else if (!watching && (stderr + text).includes('versions: ')) startWatching();
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watching);
      resolve({ code, killed, stderr });
    });
  });
}

/** Whether a folder is being filled. */
function isSaving(output: string): boolean {
  return readdirSync(output).some((name) => name.startsWith('.partial-'));
}

/** Folders of whole checkpoints. */
function checkpointsOf(output: string): string[] {
  if (!existsSync(output)) return [];
  return readdirSync(output).filter((name) => name.startsWith('checkpoint-'));
}

/** Runs a training to its end. @throws Error when it fails */
export async function train(argv: readonly string[], cwd: string, output: string): Promise<void> {
  const { code, stderr } = await command(['train', ...argv, '--output', output], cwd, output, undefined);
  if (code !== 0) throw new Error(stderr);
}

/**
 * Runs a training that is killed again and again, resumed each time, and then left to end.
 * @returns how many of the kills hit, and how many of these in a save
 * @throws Error when a process fails or leaves a file that cannot be read
 */
export async function trainKilled(
  argv: readonly string[],
  cwd: string,
  output: string,
  kills: readonly Kill[],
): Promise<{ hit: number; inSaves: number }> {
  let hit = 0;
  let inSaves = 0;
  for (const kill of [...kills, undefined]) {
    const start =
      checkpointsOf(output).length > 0
        ? ['train', '--resume', output]
        : ['train', ...argv, '--output', output, '--overwrite'];
    const { code, killed, stderr } = await command(start, cwd, output, kill);
    if (!killed && code !== 0) throw new Error(stderr);
    if (killed && code === null) {
      hit += 1;
      if (isSaving(output)) inSaves += 1;
    }
    await checkWhole(output);
    if (!killed) break;
  }
  return { hit, inSaves };
}

/** Reads every file but those that are marked as unfinished. @throws Error for one that is not whole */
async function checkWhole(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith('.partial-') || name.endsWith('.partial')) continue;
    if (statSync(path).isDirectory()) await checkWhole(path);
    else if (name.endsWith('.safetensors'))
      await (await openSafetensors(path)).close(); // checks sizes
    else if (name.endsWith('.json')) JSON.parse(readFileSync(path, 'utf8'));
  }
}
