import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { downloadWheel, findPip, type WheelRequest } from '../../src/library/pip.js';
import { provideBuild, provideTensorFlow } from '../../src/library/provide.js';
import { fakeBuild, fakePip, fill, script, temporaryFolder, wheel, wheelFiles } from './fakes.js';

const requirement = 'tensorflow-cpu==2.21.0';
const wheelName = 'tensorflow_cpu-2.21.0-py3-none-any.whl';
const wheels = fill(temporaryFolder(), { [wheelName]: wheel('tensorflow_cpu-2.21.0', wheelFiles) });

/** Runs a fake pip whose `download` begins with the given shell lines. */
async function download(before: string, more: Partial<WheelRequest> = {}): Promise<string> {
  const { environment } = fakePip(wheels, { before });
  const pip = await findPip(environment);
  const folder = temporaryFolder();
  const onBytes = (): void => undefined;
  return downloadWheel(pip, { requirement, build: fakeBuild, folder, environment, onBytes, signal: undefined, ...more }); // prettier-ignore
}

describe('findPip', () => {
  it('goes past Pythons without pip, to a pip of its own', async () => {
    const without = temporaryFolder();
    script(without, 'python3', 'echo "No module named pip" >&2; exit 1');
    const alone = temporaryFolder();
    script(alone, 'pip3', 'echo "pip 24.0 from /x (python 3.12)"');
    expect(await findPip({ PATH: `${without}:${alone}` })).toEqual({
      command: [join(alone, 'pip3')],
      version: '24.0',
    });
  });

  it('says whether Python is missing, or only its pip', async () => {
    await expect(findPip({ PATH: '' })).rejects.toMatchObject({ code: 'no-python' });
    const bin = temporaryFolder();
    script(bin, 'python3', 'echo "No module named pip" >&2; exit 1');
    const failed = findPip({ PATH: bin });
    await expect(failed).rejects.toMatchObject({ code: 'no-pip' });
    await expect(failed).rejects.toThrow(`${join(bin, 'python3')} -m ensurepip`);
  });
});

describe('downloadWheel', () => {
  it.each([
    [
      'no-network',
      `echo "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(... Name or service not known)'" >&2
       echo "ERROR: Could not find a version that satisfies the requirement (from versions: none)" >&2
       echo "ERROR: No matching distribution found for tensorflow-cpu" >&2; exit 1`,
      'no way to the index (Name or service not known). Look at the network',
    ],
    [
      'not-in-index',
      'echo "ERROR: Could not find a version that satisfies the requirement (from versions: none)" >&2; exit 1',
      'does not have it (Could not find a version',
    ],
    ['disk-full', 'echo "ERROR: [Errno 28] No space left on device" >&2; exit 1', 'BERTUNE_CACHE'],
    ['download-failed', 'echo "ERROR: something else" >&2; exit 2', 'found something else.'],
    ['download-failed', 'kill -KILL $$', 'found that pip was killed.'],
  ])('%s: tells it by what pip says', async (code, before, message) => {
    const failed = download(before);
    await expect(failed).rejects.toMatchObject({ name: 'LibraryError', code });
    await expect(failed).rejects.toThrow(message);
  });

  it('does not print the passwords of an index', async () => {
    const failed = download('echo "ERROR: 403 for url: scheme://me:secret@index.test/x" >&2; exit 1');
    await expect(failed).rejects.toThrow('403 for url: scheme://***@index.test/x');
  });

  it('tries again when the connection broke after much had come', async () => {
    const marks = join(temporaryFolder(), 'marks');
    const file = await download(
      `echo x >> "${marks}"
if [ "$(wc -l < "${marks}")" -lt 2 ]; then
  head -c 2000000 /dev/zero > "$TMPDIR/partial.whl"; /bin/sleep 1
  echo "ERROR: IncompleteRead(2000000 bytes read)" >&2; exit 2
fi`,
    );
    expect(file.endsWith(wheelName)).toBe(true);
    expect(readFileSync(marks, 'utf8')).toBe('x\nx\n');
  });

  it('reports the bytes as they come', async () => {
    const seen: number[] = [];
    await download('head -c 300000 /dev/zero > "$TMPDIR/partial.whl"; /bin/sleep 2', {
      onBytes: (bytes) => seen.push(bytes),
    });
    expect(seen).toContain(300_000);
  });

  it('gives up on a pip that stands still', async () => {
    const begin = performance.now();
    const failed = download('/bin/sleep 60', { patience: 1000 });
    await expect(failed).rejects.toThrow('found nothing new for 1 s.');
    expect(performance.now() - begin).toBeLessThan(20_000);
  });

  it('ends pip when it is told to, and leaves nothing half-done', async () => {
    const folder = temporaryFolder();
    const failed = download('/bin/sleep 60', { folder, signal: AbortSignal.timeout(700) });
    await expect(failed).rejects.toMatchObject({ code: 'aborted' });
    expect(existsSync(join(folder, 'pip'))).toBe(false);
  });
});

const realPip = spawnSync('python3', ['-m', 'pip', '--version'], { timeout: 20_000 }).status === 0;

describe('the real pip', () => {
  (realPip ? it : it.skip)('gets a wheel from a local folder (needs python3 with pip)', async () => {
    const cacheDirectory = temporaryFolder();
    const environment = {
      ...process.env,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_INDEX_URL: '',
      PIP_EXTRA_INDEX_URL: '',
      PIP_NO_INDEX: '1',
      PIP_FIND_LINKS: wheels,
    };
    const library = await provideBuild(fakeBuild, { cacheDirectory, environment });
    expect(library.version).toBe('2.21.0');
    const missing = provideBuild(
      { ...fakeBuild, entry: 'tensorflow-9-x', version: '9.0.0' },
      { cacheDirectory, environment },
    );
    await expect(missing).rejects.toMatchObject({ code: 'not-in-index' });
  });

  (realPip ? it : it.skip)('fails soon without network (needs python3 with pip)', async () => {
    const environment = {
      ...process.env,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_EXTRA_INDEX_URL: '',
      PIP_FIND_LINKS: '',
      // Nobody listens on port 9 of this machine.
      PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
      HTTP_PROXY: '',
      http_proxy: '',
      ALL_PROXY: '',
      NO_PROXY: '*',
    };
    const begin = performance.now();
    const failed = provideBuild(fakeBuild, { cacheDirectory: temporaryFolder(), environment });
    await expect(failed).rejects.toMatchObject({ code: 'no-network' });
    expect(performance.now() - begin).toBeLessThan(50_000);
  });

  (process.env.BERTUNE_TEST_DOWNLOAD === '1' ? it : it.skip)(
    'gets TensorFlow itself (needs BERTUNE_TEST_DOWNLOAD=1: 274 MB through pip)',
    async () => {
      const library = await provideTensorFlow({ cacheDirectory: temporaryFolder(), accelerator: 'cpu' });
      expect(library).toMatchObject({ version: '2.21.0', source: 'cache', cuda: false });
    },
    1_800_000,
  );
});
