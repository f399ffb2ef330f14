import { describe, expect, it } from '@jest/globals';

import {
  type FitParams,
  type Logs,
  ProgressBar,
  type ProgressBarOptions,
  type StepLogs,
} from '../../src/index.js';

const PARAMS: FitParams = {
  epochs: 2,
  totalSteps: 8,
  initialStep: 0,
  stepsPerEpoch: [4, 4],
  examples: 16,
  trainableParameters: 1,
  trainableValues: 1,
  figures: new Map(),
};

/** Two epochs of four steps of two seconds each, a validation of one second after each. */
function run(options: Partial<ProgressBarOptions>): string {
  let time = 0;
  let text = '';
  const bar = new ProgressBar({
    write: (part) => (text += part),
    now: () => time,
    memory: () => 1.25e9,
    everySeconds: 3,
    ...options,
  });
  bar.setParams(PARAMS);
  for (const epoch of [0, 1]) {
    bar.onEpochBegin(epoch);
    for (const step of [0, 1, 2, 3]) {
      time += 2000;
      const logs = {
        totalSteps: 8,
        step: 4 * epoch + step,
        epoch,
        loss: 0.5 / (1 + step),
        learningRate: 2e-5,
      };
      const rest = { gradientNorm: 1, examples: 2, tokens: 100, tokensPerSecond: 51.4, paddingWaste: 0.062 };
      bar.onTrainBatchEnd(step, { ...logs, ...rest });
    }
    bar.onTestBegin(2);
    time += 1000;
    bar.onTestBatchEnd(0);
    const figures: Logs = {
      loss: 0.25,
      learningRate: 1e-5,
      paddingWaste: 0.062,
      tokensPerSecond: 51.4,
      val_loss: 0.3,
    };
    bar.onEpochEnd(epoch, figures);
  }
  bar.onTrainEnd();
  return text;
}

describe('ProgressBar', () => {
  it('writes plain lines now and then', () => {
    expect(run({}).split('\n')).toEqual([
      'epoch 1/2: 2/4 12s left, loss 0.2500, lr 2.0e-5, 0.50 steps/s, 51 tokens/s, padding 6 %, 1.3 GB',
      'epoch 1/2: 4/4 8s left, loss 0.1250, lr 2.0e-5, 0.50 steps/s, 51 tokens/s, padding 6 %, 1.3 GB',
      'epoch 1/2: 9s, loss 0.2500, val_loss 0.3000, 51 tokens/s, padding 6 %, 1.3 GB',
      'epoch 2/2: 2/4 4s left, loss 0.2500, lr 2.0e-5, 0.50 steps/s, 51 tokens/s, padding 6 %, 1.3 GB',
      'epoch 2/2: 4/4 0s left, loss 0.1250, lr 2.0e-5, 0.50 steps/s, 51 tokens/s, padding 6 %, 1.3 GB',
      'epoch 2/2: 9s, loss 0.2500, val_loss 0.3000, 51 tokens/s, padding 6 %, 1.3 GB',
      '',
    ]);
  });

  it('draws one line on a terminal, never wider than it', () => {
    const text = run({ isTerminal: true, columns: () => 60 });
    const drawn = text.split(/[\r\n]+/).filter((line) => line !== '');
    expect(drawn[1]).toBe('epoch 1/2 [========        ] 2/4 12s left, loss 0.2500, lr ');
    expect(drawn[4]).toMatch(/^epoch 1\/2 \[======== {8}\] 1\/2 validation/);
    for (const line of drawn.filter((each) => each.includes('['))) expect(line.length).toBeLessThan(60);
    expect(text.split('\n')).toHaveLength(3); // one line stays of each epoch
    expect(text.split('\n')[1]).toMatch(/\repoch 2\/2: 9s, loss 0.2500, val_loss 0.3000, .*$/);
  });

  it('goes by the last 50 steps', () => {
    let time = 0;
    let text = '';
    const bar = new ProgressBar({ write: (part) => (text = part), now: () => time, memory: () => 0 });
    bar.onEpochBegin(0);
    for (let step = 0; step < 60; step++) {
      time += step < 10 ? 60_000 : 10_000; // the first ones compile
      const logs = { totalSteps: 60, step, loss: 1, learningRate: 0, tokensPerSecond: 1 };
      bar.onTrainBatchEnd(step, logs as unknown as StepLogs);
    }
    expect(text).toMatch(/0\.10 steps\/s/);
  });

  it('writes durations and sizes as people read them', () => {
    let time = 0;
    let text = '';
    const bar = new ProgressBar({ write: (part) => (text += part), now: () => time, memory: () => 34e6 });
    bar.setParams({ ...PARAMS, totalSteps: 5000 });
    bar.onEpochBegin(0);
    for (const [seconds, step] of [
      [60, 0],
      [60, 1],
    ]) {
      time += seconds * 1000;
      bar.onTrainBatchEnd(step, {
        totalSteps: 5 + 90 * step,
        step,
        loss: 1,
        learningRate: 0,
        tokensPerSecond: 1,
      } as StepLogs);
    }
    expect(text).toMatch(/4m00s left.*34 MB\n.*1h33m left.*0\.02 steps\/s/);
  });

  it('knows the memory of its process', () => {
    let text = '';
    const bar = new ProgressBar({ write: (part) => (text += part) });
    bar.onEpochBegin(0);
    bar.onEpochEnd(0, { loss: 1 });
    expect(text).toMatch(/^epoch 1\/\?: 0s, loss 1\.0000, .*, (\d{2,} MB|\d+\.\d GB)\n$/);
  });
});
