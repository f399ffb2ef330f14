import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  accuracy,
  adamW,
  type Callback,
  type CallbackModel,
  type CallbackState,
  compile,
  type FitOptions,
  type History,
  linearSchedule,
  type Logs,
  type ParameterSnapshot,
  type TrainingState,
} from '../src/index.js';
import { type Sentence, type SentenceBatch, sentenceData, sentences, SmallClassifier } from './logistic.js';

type Options = FitOptions<Sentence, SentenceBatch>;

/** A callback with all there is to lose: counters, a changed learning rate, best weights that it puts back, a stop. */
class Greedy implements Callback {
  readonly calls: string[] = [];
  private epochs = 0;
  private steps = 0;
  private model: CallbackModel | undefined;
  private best: ParameterSnapshot | undefined;

  constructor(private readonly stopAfter = Infinity) {}

  setModel(model: CallbackModel): void {
    this.model = model;
  }

  onEpochBegin(epoch: number): void {
    this.calls.push(`epoch ${epoch}`);
    if (this.model) this.model.learningRate *= 0.9; // twice for an epoch would show
  }

  onTrainBatchEnd(): void {
    this.steps += 1;
    if (this.steps === this.stopAfter && this.model) this.model.stopTraining = true;
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    this.calls.push(`end ${epoch} ${logs.loss} ${logs.val_loss} ${this.steps}`);
    this.epochs += 1;
    if (this.epochs !== 2) return;
    this.best = await this.model?.snapshot();
  }

  async onTrainEnd(): Promise<void> {
    if (this.best) await this.model?.restore(this.best);
    this.best?.dispose();
    this.best = undefined;
  }

  async state(): Promise<CallbackState> {
    const tensors = new Map<string, { shape: number[]; values: Float32Array }>();
    for (const [name, tensor] of this.best?.values ?? [])
      tensors.set(name, { shape: tensor.shape, values: Float32Array.from(await tensor.data()) });
    return { json: { epochs: this.epochs, steps: this.steps }, tensors };
  }

  restore({ json, tensors }: CallbackState): void {
    const { epochs, steps } = json as { epochs: number; steps: number };
    this.epochs = epochs;
    this.steps = steps;
    if (tensors?.size) this.best = this.model?.snapshotOf(tensors);
  }
}

interface Run {
  readonly history: History;
  readonly parameters: number[];
  readonly greedy: Greedy;
}

/** One process: a model of its own, from the beginning or from a state and the parameters it was saved with. */
async function run(
  options: Options,
  from?: { readonly state: TrainingState; readonly parameters: readonly number[] },
  stopAfter?: number,
  save?: (state: TrainingState, parameters: number[]) => void,
): Promise<Run> {
  const model = new SmallClassifier({ dropout: 0.2 });
  if (from) {
    let at = 0;
    for (const variable of model.parameters.values()) {
      const values = from.parameters.slice(at, (at += variable.size));
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
  }
  const greedy = new Greedy(stopAfter);
  const compiled = compile(model, {
    optimizer: adamW({ learningRate: 0.03, weightDecay: 0.1 }),
    schedule: linearSchedule({ warmupRatio: 0.2 }),
    clipNorm: 1,
    metrics: [accuracy()],
    trainFrom: (name) => (name.startsWith('dense') ? 1 : 0),
  });
  const history = await compiled.fit(sentenceData(sentences(44)), {
    batchTokens: 60,
    epochs: 3,
    seed: 11,
    validationData: sentenceData(sentences(20)),
    ...options,
    callbacks: [{}, greedy, ...(options.callbacks ?? [])],
    resume: from?.state,
    checkpoint: {
      everySteps: 1,
      save: (state) => Promise.resolve(save?.(structuredClone(state), [...model.snapshot()])),
    },
  });
  const parameters = [...model.snapshot()];
  compiled.dispose();
  model.dispose();
  return { history, parameters, greedy };
}

/** Times differ from run to run; all else must not. */
function comparable({ history, parameters }: Run): unknown {
  const { tokensPerSecond, ...figures } = history.history;
  expect(tokensPerSecond).toHaveLength(history.epoch.length);
  return { ...history, history: figures, parameters };
}

describe.each(['cpu', 'wasm'])('resume on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each([
    ['a whole run', {}, undefined],
    [
      'a run with accumulation and a last epoch in part',
      { gradientAccumulationSteps: 2, maxSteps: 8 },
      undefined,
    ],
    ['a run that a callback stops in an epoch', {}, 7],
  ])('from the state after any step is %s, to the last bit', async (_, options, stopAfter) => {
    const states: { state: TrainingState; parameters: number[] }[] = [];
    const whole = await run(options, undefined, stopAfter, (state, parameters) =>
      states.push({ state, parameters }),
    );
    expect(states.map(({ state }) => state.steps)).toEqual(whole.history.losses.map((_, i) => i + 1));
    expect(states.length).toBeGreaterThan(6);
    for (const from of states) {
      const rest = await run(options, from, stopAfter);
      expect(comparable(rest)).toEqual(comparable(whole));
      // The end of every epoch is seen once, in one process or the other, with the same figures.
      const ends = whole.greedy.calls.filter((call) => call.startsWith('end'));
      const after = rest.greedy.calls.filter((call) => call.startsWith('end'));
      expect(after).toEqual(ends.slice(from.state.history.epoch.length));
    }
  });

  it('makes up for a validation that the signal ended, and keeps best weights out of the saved ones', async () => {
    const whole = await run({});
    for (const when of [0, 1, 2]) {
      const abort = new AbortController();
      let tests = 0;
      const saved: { state: TrainingState; parameters: number[] }[] = [];
      const cut = await run(
        {
          signal: abort.signal,
          callbacks: [{ onTestBegin: () => (tests++ === when ? abort.abort() : undefined) }],
        },
        undefined,
        undefined,
        (state, parameters) => saved.push({ state, parameters }),
      );
      expect(cut.history).toMatchObject({ ended: 'aborted', epoch: [0, 1, 2].slice(0, when) });
      const last = saved[saved.length - 1];
      const state = { ...last.state, callbacks: [undefined, last.state.callbacks[1]] };
      expect(comparable(await run({}, { state, parameters: last.parameters }))).toEqual(comparable(whole));
    }
  });
});

describe('a state to resume from', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('is refused where it does not fit, with nothing trained', async () => {
    const states: { state: TrainingState; parameters: number[] }[] = [];
    await run({ maxSteps: 2 }, undefined, undefined, (state, parameters) =>
      states.push({ state, parameters }),
    );
    const [{ state, parameters }] = states;
    const fails = (change: Partial<TrainingState>, options: Options = {}) =>
      expect(run(options, { state: { ...state, ...change }, parameters })).rejects;
    await fails({ callbacks: [undefined] }).toThrow(/expected 1 callbacks, as it had, found 2/);
    await fails({ callbacks: [{ json: 1 }, undefined] }).toThrow(/callback 0 cannot take over/);
    await fails({ steps: 99 }).toThrow(/nothing is left/);
    await fails({}, { initialStep: 1 }).toThrow(/not both/);
    await fails({ optimizer: { ...state.optimizer, kind: 'sgd' } }).toThrow(/found that of sgd/);
  });

  it('is saved when the signal ends the run, once, and not when nothing has happened since', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: adamW() });
    const data = sentenceData(sentences(40));
    const saved: number[] = [];
    const stopAt = (step: number) => {
      const abort = new AbortController();
      const callbacks: Callback[] = [
        { onTrainBatchEnd: (_, logs) => (logs.step === step ? abort.abort() : undefined) },
      ];
      return { signal: abort.signal, callbacks };
    };
    const save = (state: TrainingState): Promise<unknown> => Promise.resolve(saved.push(state.steps));
    await compiled.fit(data, { batchSize: 8, ...stopAt(2), checkpoint: { save } });
    expect(saved).toEqual([3]);
    await compiled.fit(data, { batchSize: 8, ...stopAt(3), checkpoint: { everySteps: 2, save } });
    expect(saved).toEqual([3, 2, 4]);
    await expect(compiled.fit(data, { checkpoint: { everySteps: 0, save } })).rejects.toThrow(/everySteps/);
    const full = { everySteps: 1, save: () => Promise.reject(new Error('disk full')) };
    await expect(compiled.fit(data, { checkpoint: full })).rejects.toThrow('disk full');
    compiled.dispose();
    model.dispose();
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const states: { state: TrainingState; parameters: number[] }[] = [];
    await run({}, undefined, undefined, (state, parameters) => states.push({ state, parameters }));
    await run({}, states[states.length - 2]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
