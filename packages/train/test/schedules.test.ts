import { goldenPath, readGoldenJson } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';

import {
  constantSchedule,
  cosineRestartsSchedule,
  cosineSchedule,
  googleLinearSchedule,
  inverseSqrtSchedule,
  linearSchedule,
  polynomialSchedule,
  type Schedule,
  type WarmupOptions,
} from '../src/index.js';

const golden = readGoldenJson<{ schedules: Record<string, number[]> }>(goldenPath('train/schedules.json'));

const SCHEDULES: Record<string, (warmup: WarmupOptions) => Schedule> = {
  linear: linearSchedule,
  cosine: cosineSchedule,
  cosine_with_restarts: (warmup) => cosineRestartsSchedule({ ...warmup, cycles: 2 }), // what the golden data was made with
  polynomial: polynomialSchedule,
  constant: () => constantSchedule(),
  constant_with_warmup: constantSchedule,
  inverse_sqrt: inverseSqrtSchedule,
  'google-bert': googleLinearSchedule,
};

describe('schedules', () => {
  it.each(Object.entries(golden.schedules))('%s, step by step and past the end', (name, factors) => {
    const [, kind, warmup, total] = /^(.*)\/warmup=(\d+)\/total=(\d+)$/.exec(name)!;
    const schedule = SCHEDULES[kind]({ warmupSteps: Number(warmup) });
    expect(factors.length).toBeGreaterThan(Number(total));
    factors.forEach((factor, step) => {
      expect(Math.abs(schedule.factor(step, Number(total)) - factor)).toBeLessThan(1e-12);
    });
  });

  it('rounds a ratio up as Hugging Face and down as Google', () => {
    expect(linearSchedule({ warmupRatio: 0.1 }).factor(1, 15)).toBe(0.5); // 2 of 15
    expect(googleLinearSchedule({ warmupRatio: 0.1 }).factor(1, 15)).toBe(1 - 1 / 15); // 1 of 15
  });

  it('refuses a warm-up that is contradictory, out of range or longer than the run', () => {
    expect(() => linearSchedule({ warmupSteps: 1, warmupRatio: 0.1 })).toThrow(/not both/);
    expect(() => cosineSchedule({ warmupRatio: 1 })).toThrow(
      /warmupRatio must be a number in \[0, 1\), found 1/,
    );
    expect(() => linearSchedule({ warmupSteps: 1.5 })).toThrow(/warmupSteps/);
    expect(() => linearSchedule({ warmupSteps: 30 }).factor(0, 20)).toThrow(/30 but the run has 20 steps/);
    expect(() => polynomialSchedule({ power: 0 })).toThrow(/power/);
  });
});
