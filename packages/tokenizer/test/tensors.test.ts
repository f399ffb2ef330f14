import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { BertTokenizer } from '../src/index.js';
import { toTensors } from '../src/tensors.js';
import { smallVocabulary } from './small-vocabulary.js';

describe('toTensors', () => {
  it('gives int32 tensors [B, T] that the caller disposes', () => {
    // TensorFlow.js advertises its Node addon on the first tensor.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const batch = new BertTokenizer(smallVocabulary).encodeBatch([['the film', 'good'], 'unwanted']);
    const before = tf.memory().numTensors;
    const tensors = toTensors(batch);
    for (const [name, tensor] of Object.entries(tensors) as [keyof typeof tensors, tf.Tensor2D][]) {
      expect(tensor.dtype).toBe('int32');
      expect(tensor.shape).toEqual([2, 8]);
      expect([...tensor.dataSync()]).toEqual([...batch[name]]);
    }
    batch.inputIds.fill(0);
    expect(tensors.inputIds.dataSync()[0]).toBe(2);
    tf.dispose({ ...tensors });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the main entry', () => {
  it('reaches no file that imports a package', () => {
    const source = fileURLToPath(new URL('../src/', import.meta.url));
    const { imports } = JSON.parse(readFileSync(`${source}../package.json`, 'utf8')) as {
      imports: Record<string, Record<string, string>>;
    };
    const ports = (name: string): string[] =>
      Object.values(imports[name] ?? {}).map((path) => path.replace('./dist/', '').replace(/\.js$/, '.ts'));
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      const text = readFileSync(source + file, 'utf8');
      // Also what is imported on demand, and what a thread starts with.
      for (const [, specifier = ''] of text.matchAll(/(?:from |import\(|new URL\()'([^']+)'/g)) {
        if (specifier.startsWith('#')) ports(specifier).forEach(visit);
        else if (specifier.startsWith('.'))
          visit(join(dirname(file), specifier.replace('../../dist/', '../')).replace(/\.js$/, '.ts'));
        else expect(`${file}: ${specifier}`).toMatch(/\.node\.ts: node:/);
      }
    };
    visit('index.ts');
    const all = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && name !== 'tensors.ts',
    );
    expect([...reached].sort()).toEqual(all.sort());
  });
});
