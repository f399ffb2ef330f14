import { describe, expect, it } from '@jest/globals';

import { parseCommandLine } from '../src/command-line.js';
import type { CommandValues } from '../src/options.js';
import { trainedParameters } from '../src/training/freeze.js';
import { resolveSettings, writtenOptions } from '../src/training/settings.js';

function values(...argv: string[]): CommandValues<'train'> {
  const line = parseCommandLine(['train', ...argv]);
  if (line.kind !== 'train') throw new Error(line.kind);
  return line.values;
}

describe('resolveSettings', () => {
  it('fills in what depends on where the weights come from', () => {
    expect(resolveSettings(values())).toMatchObject({ epochs: 3, learningRate: 3e-4 });
    expect(resolveSettings(values('--model', 'none'))).toMatchObject({ epochs: 5, learningRate: 1e-3 });
    expect(resolveSettings(values('--lora-rank', '8'))).toMatchObject({ epochs: 3, learningRate: 5e-4 });
    expect(resolveSettings(values('--model', 'm'))).toMatchObject({ epochs: 3, learningRate: 5e-5 });
    expect(resolveSettings(values('--model', 'm', '--epochs', '1'))).toMatchObject({ epochs: 1 });
  });

  it('writes options so that they can be read again', () => {
    const written = writtenOptions(
      values('--class-weights', 'a=2,b=1', '--overwrite', '--output', 'my runs'),
    );
    expect(written).toContain('--class-weights a=2,b=1');
    expect(written).toContain('--output "my runs" --log none --overwrite');
    expect(written).not.toContain('undefined');
    expect(values(...written.replace('"my runs"', 'x').split(' '))).toMatchObject({
      output: 'x',
      overwrite: true,
    });
  });
});

describe('trainedParameters', () => {
  const names = [
    'embeddings.word_embeddings.weight',
    'encoder.layer.0.output.dense.bias',
    'encoder.layer.1.output.dense.bias',
    'encoder.layer.10.output.dense.bias',
    'pooler.dense.weight',
    'classifier.weight',
  ];

  it.each([
    ['none', names],
    ['embeddings', names.slice(1)],
    [1, names.slice(2)],
    [2, names.slice(3)],
    ['encoder', names.slice(4)],
    [['encoder.layer.1', 'pooler'], names.filter((_, i) => i !== 2 && i !== 4)],
  ] as const)('%s', (freeze, expected) => {
    expect(trainedParameters(names, freeze, 11)).toEqual(expected);
  });

  it('refuses more layers than there are', () => {
    expect(() => trainedParameters(names, 12, 11)).toThrow('at most 11');
  });

  it('refuses modules that there are not, and says which there are', () => {
    expect(() => trainedParameters(names, ['pooler', 'encoder.layer.4'], 11)).toThrow(
      /no encoder\.layer\.4\b.*embeddings, encoder\.layer\.0, /s,
    );
  });
});
