import { expectClose } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { readFileSync } from 'node:fs';

import {
  adam,
  adamW,
  bertAdam,
  type ClipNorm,
  compile,
  decayGroups,
  googleLinearSchedule,
  linearSchedule,
  type Optimizer,
  sgd,
  type Trainable,
  updateNumbers,
} from '../src/index.js';
import { Quadratic, type QuadraticSpec, weightData } from './quadratic.js';

interface Case {
  name: string;
  kind: Optimizer['kind'];
  learningRate: number;
  momentum?: number;
  weightDecay?: number;
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  clipNorm?: number;
  schedule?: 'linear' | 'google-linear';
  warmupSteps?: number;
  shares?: number[];
  final: Record<string, number[]>;
  gradientNorms: number[];
}

// tools/reference/optimizers.py: torch 2.13.0 for sgd and adamw, the published rules in float64 for the others
const golden = JSON.parse(
  readFileSync(new URL('golden/optimizers.json', import.meta.url), 'utf8'),
) as QuadraticSpec & {
  steps: number;
  cases: Case[];
};

const DECLARE = { sgd, adamw: adamW, 'bert-adam': bertAdam, adam } as const;

function optimizerOf({ kind, learningRate, momentum, weightDecay, beta1, beta2, epsilon }: Case): Optimizer {
  const given = { learningRate, momentum, weightDecay, beta1, beta2, epsilon };
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return DECLARE[kind](defined);
}

function clipOf({ kind, clipNorm }: Case): ClipNorm | undefined {
  if (clipNorm === undefined) return undefined;
  return { maxNorm: clipNorm, formula: kind === 'bert-adam' ? 'tensorflow' : 'torch' };
}

describe.each(['cpu', 'wasm'])('optimisers on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(golden.cases)('$name: 20 steps as the reference', async (example) => {
    const model = new Quadratic(golden);
    const shares = example.shares ?? [1];
    const compiled = compile(model, {
      optimizer: optimizerOf(example),
      clipNorm: clipOf(example),
      schedule:
        example.schedule &&
        { linear: linearSchedule, 'google-linear': googleLinearSchedule }[example.schedule]({
          warmupSteps: example.warmupSteps,
        }),
    });
    const history = await compiled.fit(weightData(shares.map((share) => 10 * share)), {
      epochs: golden.steps,
      batchSize: 1,
      gradientAccumulationSteps: shares.length,
      shuffle: false,
      groupByLength: false,
    });
    expect(history.steps).toBe(golden.steps);
    expectClose(history.gradientNorms, example.gradientNorms, { atol: 5e-6 }, 'gradient norms');
    for (const [name, values] of Object.entries(example.final)) {
      expectClose(model.values(name), values, { atol: 2e-6 }, name);
    }
    compiled.dispose();
    model.dispose();
  });

  it('keeps no tensor beside the slots, and writes to no array that a clone shares', async () => {
    for (const optimizer of [adamW({ learningRate: 0.1 }), sgd({ momentum: 0.9 }), sgd()]) {
      const before = tf.memory().numTensors;
      const model = new Quadratic(golden);
      const withModel = tf.memory().numTensors;
      const clones = [...model.parameters.values()].map((variable) => tf.clone(variable));
      const compiled = compile(model, { optimizer, clipNorm: 1 });
      await compiled.fit(weightData([1, 1]), { batchSize: 1, gradientAccumulationSteps: 2 });
      const slots = { sgd: optimizer.kind === 'sgd' && optimizer.momentum > 0 ? 1 : 0, adamw: 2 };
      const perParameter = slots[optimizer.kind];
      expect(tf.memory().numTensors).toBe(withModel + clones.length + perParameter * model.parameters.size);
      [...model.parameters.keys()].forEach((name, i) => {
        expectClose(clones[i].dataSync(), golden.start[name], { atol: 1e-7 }, `clone of ${name}`);
      });
      compiled.dispose();
      tf.dispose(clones);
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it('hands its state over by name, to the last bit', async () => {
    const optimizer = adamW({ learningRate: 0.05, weightDecay: 0.1 });
    const fit = { batchSize: 1, epochs: 8, seed: 3 };
    const straight = new Quadratic(golden);
    const whole = compile(straight, { optimizer });
    const wholeHistory = await whole.fit(weightData([1]), fit);

    const first = new Quadratic(golden);
    const part = compile(first, { optimizer });
    await part.fit(weightData([1]), { ...fit, epochs: 5 });
    const state = await part.exportOptimizerState();
    expect(state.iterations).toBe(5);
    expect([...state.slots.keys()].slice(0, 2)).toEqual([
      'encoder.layer.0.attention.self.query.weight/m',
      'encoder.layer.0.attention.self.query.weight/v',
    ]);
    await part.fit(weightData([1]), { ...fit, epochs: 1 }); // the export is a copy

    const second = new Quadratic({
      ...golden,
      start: Object.fromEntries(
        [...Object.keys(golden.shapes)].map((name) => [name, [...golden.start[name]]]),
      ),
    });
    const restored = new Quadratic(golden);
    const again = compile(restored, { optimizer });
    // parameters of the interrupted run after 5 steps: run them once more
    const interrupted = compile(second, { optimizer });
    await interrupted.fit(weightData([1]), { ...fit, epochs: 5 });
    for (const [name, variable] of restored.parameters)
      variable.assign(tf.clone(second.parameters.get(name)!));
    await again.importOptimizerState(state);
    const rest = await again.fit(weightData([1]), { ...fit, initialStep: 5 });
    expect(rest.losses).toEqual(wholeHistory.losses.slice(5));
    expect(rest.steps).toBe(8);
    for (const name of Object.keys(golden.shapes))
      expect(restored.values(name)).toEqual(straight.values(name));
  });
});

describe('optimisers', () => {
  const names = [
    'embeddings.word_embeddings.weight',
    'embeddings.LayerNorm.weight',
    'embeddings.LayerNorm.bias',
    'encoder.layer.0.output.dense.bias',
    'transformer/layer_norm/gamma',
    'classifier.weight',
    'bias_of_something.weight',
  ];

  it('sorts every parameter into exactly one decay group', () => {
    const { decayed, exempt } = decayGroups(names, adamW({ weightDecay: 0.1 }));
    expect(decayed).toEqual([
      'embeddings.word_embeddings.weight',
      'classifier.weight',
      'bias_of_something.weight',
    ]);
    expect([...decayed, ...exempt].sort()).toEqual([...names].sort());
    const own = decayGroups(names, bertAdam({ noDecay: [/weight$/g] }));
    expect(own.exempt).toEqual(names.filter((name) => name.endsWith('weight')));
  });

  it('matches torch at the first step, where both corrections matter most', () => {
    const { stepSize, epsilon } = updateNumbers(adamW({ epsilon: 1e-3 }), 1, 0.1);
    // m = 0.1 g, v = 0.001 g^2, corrected g and g^2: the step is lr * g / (|g| + eps)
    const g = 0.7;
    expect((stepSize * 0.1 * g) / (Math.sqrt(0.001 * g * g) + epsilon)).toBeCloseTo(
      (0.1 * g) / (g + 1e-3),
      12,
    );
  });

  it('refuses hyper-parameters out of range, all at once', () => {
    expect(() => adamW({ learningRate: -1, beta1: 1, epsilon: 0, weightDecay: NaN })).toThrow(
      expect.objectContaining({ code: 'invalid-options', details: { problems: expect.any(Array) } }),
    );
    expect(() => adamW({ learningRate: -1, beta1: 1 })).toThrow(
      /learningRate must be .* found -1; beta1 .* found 1/,
    );
    expect(() => sgd({ momentum: 1 })).toThrow(/momentum/);
    expect(() => adam({ beta2: 2 })).toThrow(/beta2/);
    expect(() => bertAdam({ weightDecay: -1 })).toThrow(/weightDecay/);
  });

  it('refuses a state that does not fit, naming everything, and takes part of one on request', async () => {
    const a = tf.variable(tf.zeros([2]));
    const b = tf.variable(tf.zeros([3]));
    const model: Trainable<{ x: tf.Tensor }> = {
      parameters: new Map([
        ['a', a],
        ['b', b],
      ]),
      loss: () => tf.add(tf.sum(a), tf.sum(b)),
      lossWeight: () => 1,
      predict: ({ x }) => x,
      labels: ({ x }) => x,
    };
    const compiled = compile(model, { optimizer: adam() });
    const stored = (shape: number[]) => ({ shape, values: new Float32Array(shape[0]).fill(7) });
    const wrong = {
      kind: 'adamw' as const,
      iterations: 1.5,
      slots: new Map([
        ['a/m', stored([3])],
        ['c/m', stored([1])],
      ]),
    };
    const error = await compiled.importOptimizerState(wrong).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code: 'invalid-state' });
    for (const part of [
      'of adam',
      'iterations',
      'a/m must have shape [2], found [3]',
      'a/v is missing',
      'b/m is missing',
      'c/m is not expected',
    ]) {
      expect(error?.message).toContain(part);
    }
    expect((await compiled.exportOptimizerState()).iterations).toBe(0);
    const ofA = {
      kind: 'adam' as const,
      iterations: 4,
      slots: new Map([
        ['a/m', stored([2])],
        ['a/v', stored([2])],
      ]),
    };
    await expect(compiled.importOptimizerState(ofA)).rejects.toThrow(/b\/m is missing; b\/v is missing/);
    await compiled.importOptimizerState(ofA, { allowMissing: true });
    const { iterations, slots } = await compiled.exportOptimizerState();
    expect(iterations).toBe(4);
    expect([...slots].map(([key, { values }]) => [key, ...values])).toEqual([
      ['a/m', 7, 7],
      ['a/v', 7, 7],
      ['b/m', 0, 0, 0],
      ['b/v', 0, 0, 0],
    ]);
    compiled.dispose();
    tf.dispose([a, b]);
  });
});
