import { describe, expect, it } from '@jest/globals';

import { parseCommandLine } from '../../src/command-line.js';
import { optimizerOf, scheduleOf } from '../../src/training/optimizer.js';
import { resolveSettings, type TrainSettings } from '../../src/training/settings.js';

function settings(...argv: string[]): TrainSettings {
  const line = parseCommandLine(['train', ...argv]);
  if (line.kind !== 'train') throw new Error(line.kind);
  return resolveSettings(line.values);
}

describe('optimizerOf', () => {
  it.each([
    ['adamw', { kind: 'adamw', learningRate: 0.5, weightDecay: 0.25 }],
    ['bert-adam', { kind: 'bert-adam', learningRate: 0.5, weightDecay: 0.25 }],
    ['adam', { kind: 'adam', learningRate: 0.5 }],
    ['sgd', { kind: 'sgd', learningRate: 0.5, momentum: 0.9 }],
  ])('%s', (name, expected) => {
    const options = ['--optimizer', name, '--learning-rate', '0.5', '--weight-decay', '0.25'];
    expect(optimizerOf(settings(...options))).toMatchObject(expected);
  });
});

describe('scheduleOf', () => {
  it.each([
    ['linear', 0.5],
    ['cosine', 0.5],
    ['constant', 1],
  ])('%s: after a warm-up of its share, halfway down', (name, halfway) => {
    const schedule = scheduleOf(settings('--schedule', name, '--warmup-ratio', '0.2'));
    expect(schedule.name).toContain(name);
    expect(schedule.factor(10, 100)).toBeCloseTo(0.5, 12);
    expect(schedule.factor(20, 100)).toBeCloseTo(1, 12);
    expect(schedule.factor(60, 100)).toBeCloseTo(halfway, 12);
  });
});
