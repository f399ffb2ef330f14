import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describe, expect, it } from '@jest/globals';
import { findTensorFlow } from '@bertune/tensorflow/library';

import { fileWith, temporaryFolder } from './helpers/files.js';

const backend = new URL('../dist/backend.js', import.meta.url).href;
const tfjs = pathToFileURL(createRequire(import.meta.url).resolve('@tensorflow/tfjs')).href;

/** Starts a backend in a process of its own and says what is loaded afterwards. */
function loadedBy(asked: string, environment: NodeJS.ProcessEnv): unknown {
  const program = fileWith(
    'program.mjs',
    `import * as tf from ${JSON.stringify(tfjs)};
     const { startBackend } = await import(${JSON.stringify(backend)});
     const { name } = await startBackend(${asked});
     const koffi = process.report.getReport().sharedObjects.some((file) => file.includes('koffi'));
     console.log(JSON.stringify({ name, koffi, wasm: tf.findBackendFactory('wasm') != null }));`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8', env: environment });
  return stdout === '' ? stderr : JSON.parse(stdout);
}

const without = { PATH: '', BERTUNE_CACHE: join(temporaryFolder(), 'none'), BERTUNE_DOWNLOAD: '0' };

describe('startBackend', () => {
  it('loads the engine that computes and no other', () => {
    expect(loadedBy("'wasm'", without)).toEqual({ name: 'wasm', koffi: false, wasm: true });
    expect(loadedBy("'cpu'", without)).toEqual({ name: 'cpu', koffi: false, wasm: false });
  });

  it('has not loaded the binding where no TensorFlow was found', () => {
    expect(loadedBy('undefined', without)).toEqual({ name: 'wasm', koffi: false, wasm: true });
  });
});

const { library } = await findTensorFlow();
(library ? describe : describe.skip)('with TensorFlow (needs libtensorflow)', () => {
  it('has not loaded wasm', () => {
    expect(loadedBy('undefined', process.env)).toEqual({ name: 'tensorflow', koffi: true, wasm: false });
  });
});
