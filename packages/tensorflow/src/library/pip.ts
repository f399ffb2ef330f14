import { access, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import type { Build } from './builds.js';
import { runChild, type ChildResult } from './child.js';
import { LibraryError } from './errors.js';
import { pythons } from './python.js';

/** A pip that runs. */
export interface Pip {
  /** Program and first arguments: `[/usr/bin/python3, -m, pip]`. */
  readonly command: readonly string[];
  /** Its version, for example `23.2.1`. */
  readonly version: string;
}

/**
 * The first pip that answers: that of each Python in turn, then a `pip3` or `pip` of its own.
 * @throws LibraryError `no-python` or `no-pip`
 */
export async function findPip(environment: NodeJS.ProcessEnv): Promise<Pip> {
  const programs = await pythons(environment);
  const alone: string[] = [];
  for (const name of ['pip3', 'pip']) {
    for (const folder of (environment.PATH ?? '').split(delimiter)) {
      const file = join(folder, name);
      const there = folder !== '' && (await access(file).then(() => true, () => false)); // prettier-ignore
      if (there) alone.push(file);
    }
  }
  const commands = [
    ...programs.map((program) => [program, '-m', 'pip']),
    ...alone.slice(0, 4).map((file) => [file]),
  ];
  for (const command of commands) {
    const { stdout } = await runChild([...command, '--version'], { environment, timeout: 20_000 });
    const version = /^pip (\d+(?:\.\d+)*)/m.exec(stdout)?.[1];
    if (version !== undefined) return { command, version };
  }
  if (programs.length === 0) {
    throw new LibraryError('no-python', {
      where: 'downloading TensorFlow',
      expected: 'python3 with pip on the path, which fetches it from the index you use',
      found: 'no Python',
      remedy: 'Install Python 3 with pip, or set BERTUNE_TENSORFLOW to a folder with libtensorflow.',
    });
  }
  throw new LibraryError('no-pip', {
    where: 'downloading TensorFlow',
    expected: 'pip, which fetches it from the index you use',
    found: `${programs.join(', ')} without a pip that runs`,
    remedy: `Install it (${programs[0]} -m ensurepip, or the python3-pip package of the system), or set BERTUNE_TENSORFLOW to a folder with libtensorflow.`,
  });
}

/** One package to download. */
export interface WheelRequest {
  /** For example `tensorflow-cpu==2.21.0`. */
  readonly requirement: string;
  /** Names the wheel's Python version and platform. */
  readonly build: Pick<Build, 'pythonVersion' | 'tags'>;
  /** Existing folder for the wheel; it appears there under its final name when complete. */
  readonly folder: string;
  /** Variables of pip. */
  readonly environment: NodeJS.ProcessEnv;
  /** Called twice a second with the bytes that have come so far. */
  readonly onBytes: (bytes: number) => void;
  /** Kills pip. */
  readonly signal: AbortSignal | undefined;
  /** Milliseconds without a new byte until pip is taken for stuck; default: 3 minutes. */
  readonly patience?: number;
}

/** File name of a wheel starts with the package's name in this form. */
function wheelPrefix(requirement: string): string {
  return `${requirement.replace(/[^\w.-].*$/, '').replaceAll(/[-.]+/g, '_')}-`;
}

/** The finished wheel of a requirement in a folder; `undefined` when it is not there yet. */
export async function finishedWheel(folder: string, requirement: string): Promise<string | undefined> {
  const pinned = /==([\w.]+)$/.exec(requirement)?.[1];
  const start = wheelPrefix(requirement) + (pinned === undefined ? '' : `${pinned}-`);
  const names = await readdir(folder).catch(() => []);
  const name = names.find((each) => each.startsWith(start) && each.endsWith('.whl'));
  return name === undefined ? undefined : join(folder, name);
}

/** Bytes of all files in a folder and below. */
async function folderSize(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += await folderSize(path);
    else sum += (await stat(path).catch(() => undefined))?.size ?? 0;
  }
  return sum;
}

/**
 * Has pip download one wheel, without its dependencies and without running anything of it. pip's own settings hold:
 * its index, mirrors, proxies and certificates.
 * @returns the wheel's path
 * @throws LibraryError
 */
export async function downloadWheel(pip: Pip, request: WheelRequest): Promise<string> {
  const { requirement, build, folder, environment, onBytes, signal, patience = 180_000 } = request;
  // pip copies a finished file to its place; half a copy must not pass for a wheel. Its temporary files lie here too:
  // the disk that has room for the result has room for them, and their growth is the progress.
  const work = join(folder, 'pip');
  const result = join(work, 'wheel');
  for (let attempt = 1; ; attempt++) {
    await rm(work, { recursive: true, force: true });
    await mkdir(join(work, 'tmp'), { recursive: true });
    let bytes = 0;
    let since = performance.now();
    const run = await runChild(arguments_(pip, requirement, build, result), {
      environment: {
        ...environment,
        TMPDIR: join(work, 'tmp'),
        PIP_DISABLE_PIP_VERSION_CHECK: '1',
        PIP_NO_INPUT: '1',
        // Nothing is installed, so nothing can go into the wrong environment.
        PIP_REQUIRE_VIRTUALENV: '0',
      },
      cwd: work,
      signal,
      watch: async () => {
        const now = await folderSize(work);
        if (now !== bytes) since = performance.now();
        bytes = now;
        onBytes(bytes);
        return performance.now() - since < patience;
      },
    });
    const wheel = run.code === 0 ? await finishedWheel(result, requirement) : undefined;
    if (wheel !== undefined) {
      const final = join(folder, wheel.slice(result.length + 1));
      await rename(wheel, final);
      await rm(work, { recursive: true, force: true });
      return final;
    }
    await rm(work, { recursive: true, force: true });
    const error = downloadError(requirement, run, patience);
    // A connection that broke in the middle is worth another go; older pips do not take it up themselves.
    if (error.code !== 'download-failed' || bytes < 1_000_000 || attempt === 3) throw error;
  }
}

function arguments_(
  pip: Pip,
  requirement: string,
  { pythonVersion, tags }: WheelRequest['build'],
  result: string,
): string[] {
  const [major = 0, minor = 0] = pip.version.split('.').map(Number);
  const resumes = major > 25 || (major === 25 && minor >= 1);
  return [
    ...pip.command,
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--no-cache-dir',
    '--progress-bar=off',
    '--retries=1',
    '--timeout=15',
    ...(resumes ? ['--resume-retries=10'] : []),
    `--python-version=${pythonVersion}`,
    '--implementation=cp',
    ...tags.map((tag) => `--platform=${tag}`),
    `--dest=${result}`,
    requirement,
  ];
}

const noNetwork =
  /Name or service not known|name resolution|nodename nor servname|getaddrinfo failed|Connection refused|Connection reset|Network is unreachable|No route to host|timed out|Cannot connect to proxy|CERTIFICATE_VERIFY_FAILED/i;

function downloadError(requirement: string, run: ChildResult, patience: number): LibraryError {
  const output = `${run.stdout}\n${run.stderr}`.replaceAll(/\/\/[^/@\s]+@/g, '//***@');
  // The first error line says most; pip's hints about itself come after it. That it ignores an index is a warning only.
  const said =
    /^WARNING: *(The repository located at .+ is not a trusted or secure host)/im.exec(output)?.[1] ??
    /^(?:ERROR|OSError|error): *(.+)$/gim.exec(output)?.[1] ??
    output.trim().split('\n').at(-1)?.trim() ??
    '';
  const where = `pip download ${requirement}`;
  const fail = (code: LibraryError['code'], found: string, remedy: string): LibraryError =>
    new LibraryError(code, { where, expected: 'the wheel', found, remedy });
  if (run.problem === 'aborted') return fail('aborted', 'that the work is to end', 'Try again.');
  if (run.problem === 'timed-out')
    return fail(
      'download-failed',
      `nothing new for ${patience / 1000} s`,
      'Look at the network, and try again.',
    );
  if (/No space left on device|Errno 28|Disk quota exceeded/i.test(output))
    return fail(
      'disk-full',
      'a full disk',
      'Free some space, or set BERTUNE_CACHE to a folder on another disk.',
    );
  const reason =
    run.code === undefined ? 'that pip was killed' : said === '' ? `exit code ${run.code}` : said;
  const broken = noNetwork.exec(output)?.[0] ?? /connection broken by '?\w+/i.exec(output)?.[0];
  if (broken !== undefined) {
    return fail(
      'no-network',
      `no way to the index (${broken})`,
      'Look at the network and at the proxy or mirror that pip uses (pip config list), or carry the cache folder over from another machine.',
    );
  }
  if (/No matching distribution|Could not find a version/i.test(output)) {
    return fail(
      'not-in-index',
      `that the index pip uses does not have it (${reason})`,
      'Name one that has it (pip config list shows what pip uses), or set BERTUNE_TENSORFLOW.',
    );
  }
  return fail('download-failed', reason, 'Try the same command in a terminal to see all that pip says.');
}
