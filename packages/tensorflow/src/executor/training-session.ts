import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { typeAttribute } from '../c-api/attributes.js';
import { onDevice } from '../compile/device-variables.js';
import { DataType } from '../tensors/data-type.js';
import type { ResourceVariable } from '../tensors/resource-variable.js';
import type { FunctionOptions } from '../trace/graph-function.js';
import type { GraphTrace } from '../trace/graph-trace.js';
import { TraceError } from '../trace/trace-error.js';
import { batchSignature, batchTensors, withTensors } from './batch-tensors.js';
import { type Body, DeviceFunction, type Precision, runEagerly } from './device-function.js';
import { collectGarbage } from './memory.js';
import type {
  MicroBatch,
  SlotValues,
  StepRequest,
  StepResult,
  TrainingRequest,
  TrainingRun,
  TrainingSession,
} from './port.js';
import {
  addToVariable,
  type DeviceParameter,
  type Move,
  setVariable,
  tensorOf,
  updateParameters,
  type UpdateTensors,
} from './update.js';

/** How a session runs its steps. */
export interface SessionOptions extends Precision, FunctionOptions {
  /** which batches are worth a trace; the others run op by op */
  readonly compileIf: (batch: object) => boolean;
}

interface NamedMove extends Move {
  readonly name: string;
}

/** Training with parameters and slots in variables of TensorFlow, which compiled steps update in place. */
export class TensorFlowSession<Batch extends object> implements TrainingSession<Batch> {
  private readonly parameters: ReadonlyMap<string, DeviceParameter>;
  private readonly slots = new Map<string, ResourceVariable>();
  /** under gradient accumulation: the sum so far, by parameter */
  private readonly sums = new Map<string, ResourceVariable>();
  /** parameters that the loss depends on */
  private readonly summed = new Set<string>();
  /** all gradients at once, as clipping by the global norm needs them */
  private readonly gradientBytes: number;
  private readonly stepFunction: DeviceFunction;
  private readonly gradientFunction: DeviceFunction;
  private readonly updateFunction: DeviceFunction;

  constructor(
    private readonly backend: TensorFlowBackend,
    private readonly request: TrainingRequest<Batch>,
    private readonly options: SessionOptions,
  ) {
    const newFunction = (name: string): DeviceFunction => new DeviceFunction(backend, name, options);
    this.stepFunction = newFunction('train_step');
    this.gradientFunction = newFunction('add_gradients');
    this.updateFunction = newFunction('update');
    this.gradientBytes = 4 * request.parameters.reduce((total, { variable }) => total + variable.size, 0);
    this.parameters = new Map(
      request.parameters.map(({ name, variable, weightDecay }) => {
        const value = onDevice(backend, variable);
        backend.engine.variables.retain(value);
        const slots = request.slotNames.map((slot) => {
          const zeros = this.newVariable(`${name}/${slot}`, value.shape);
          this.slots.set(`${name}/${slot}`, zeros);
          return zeros;
        });
        return [name, { value, slots, weightDecay }];
      }),
    );
    collectGarbage();
  }

  async trainStep(request: StepRequest<Batch>): Promise<StepResult> {
    const { microBatches } = request;
    const outputs =
      microBatches.length === 1 ? this.wholeStep(microBatches[0], request) : this.accumulatedStep(request);
    const [loss, norm] = await Promise.all(outputs.map(async (output) => (await output.data())[0]));
    tf.dispose(outputs);
    return { loss, gradientNorm: this.request.clip && Number.isFinite(loss) ? norm : undefined };
  }

  readParameters(): Promise<void> {
    return Promise.resolve(); // the `tf.Variable`s show TensorFlow's variables
  }

  writeParameters(): Promise<void> {
    for (const { variable } of this.request.parameters) onDevice(this.backend, variable);
    return Promise.resolve();
  }

  readSlots(): Promise<SlotValues> {
    const values = [...this.slots].map(([key, slot]) => {
      return [key, { shape: slot.shape, values: this.backend.engine.variables.read(slot) }] as const;
    });
    return Promise.resolve(new Map(values));
  }

  writeSlots(values: SlotValues): Promise<void> {
    for (const [key, slot] of this.slots) {
      const stored = values.get(key);
      tf.tidy(() => {
        const shape = [...slot.shape];
        setVariable(this.backend, slot, stored ? tf.tensor(stored.values.slice(), shape) : tf.zeros(shape));
      });
    }
    return Promise.resolve();
  }

  dispose(): void {
    for (const compiled of [this.stepFunction, this.gradientFunction, this.updateFunction])
      compiled.dispose();
    const { engine } = this.backend;
    for (const { value } of this.parameters.values()) engine.variables.release(value);
    for (const variable of [...this.slots.values(), ...this.sums.values()])
      engine.variables.release(variable);
    this.slots.clear();
    this.sums.clear();
  }

  /** One micro-batch: gradients and update in one function. */
  private wholeStep({ batch, index }: MicroBatch<Batch>, request: StepRequest<Batch>): tf.Tensor[] {
    return this.run(this.stepFunction, batch, index, request, ({ inputs, trace }) => {
      const { loss, moves, numbers } = this.gradients(batch, inputs, trace);
      const norm = updateParameters(this.backend, this.request.rule, this.request.clip, loss, moves, numbers);
      return norm ? [loss, norm] : [loss];
    });
  }

  /** Several: their gradients are added up on the device, then comes the update. */
  private accumulatedStep(request: StepRequest<Batch>): tf.Tensor[] {
    const { backend } = this;
    const { rule, clip } = this.request;
    if (this.sums.size === 0) {
      for (const [name, { value }] of this.parameters)
        this.sums.set(name, this.newVariable(`${name}/sum`, value.shape));
    }
    const losses = request.microBatches.map(({ batch, share, index }) => {
      const body: Body = ({ inputs, trace }) => {
        const { loss, moves } = this.gradients(batch, inputs, trace);
        const part = inputs[inputs.length - 1]; // the share
        for (const { name, gradient } of moves) {
          this.summed.add(name);
          addToVariable(backend, this.sumOf(name), tf.mul(gradient, part));
        }
        return [tf.mul(loss, part)];
      };
      return this.run(this.gradientFunction, batch, index, request, body, [share])[0];
    });
    const loss = tf.tidy(() => tf.addN(losses));
    const numbers = scalars(request);
    const names = [...this.summed];
    const body: Body = ({ inputs: [total, learningRate, stepSize, epsilon] }) => {
      const moves = names.map((name) => ({
        parameter: this.parameterOf(name),
        gradient: tensorOf(backend, this.sumOf(name)),
      }));
      const norm = updateParameters(backend, rule, clip, total, moves, { learningRate, stepSize, epsilon });
      for (const name of names) {
        const sum = this.sumOf(name);
        setVariable(backend, sum, tf.zerosLike(tensorOf(backend, sum)));
      }
      return norm ? [norm] : [];
    };
    const norm = this.updateFunction.call(names.join(), [loss, ...numbers], body);
    tf.dispose([losses, numbers]);
    return [loss, ...norm];
  }

  /** Loss and gradients of one batch; `inputs` are its tensors, then the run's. */
  private gradients(
    batch: Batch,
    inputs: readonly tf.Tensor[],
    trace: GraphTrace | undefined,
  ): { loss: tf.Tensor; moves: NamedMove[]; numbers: UpdateTensors } {
    const { trainable, parameters } = this.request;
    const count = batchTensors(batch).length;
    const [run, learningRate, stepSize, epsilon] = inputs.slice(count);
    const tensors = withTensors(batch, inputs.slice(0, count));
    const { value: loss, grads } = tf.variableGrads(
      () => {
        const loss = trainable.loss(tensors, deviceRun(run as tf.Tensor1D));
        const entry = trace && this.backend.entryOf(loss);
        if (trace && entry?.kind === 'symbolic') trace.beginGradient(entry);
        return loss;
      },
      parameters.map(({ variable }) => variable),
    );
    const moves = parameters.flatMap(({ name, variable }) => {
      const gradient: tf.Tensor | null | undefined = grads[variable.name];
      return gradient ? [{ name, parameter: this.parameterOf(name), gradient }] : []; // no gradient: no update and no decay
    });
    return { loss, moves, numbers: { learningRate, stepSize, epsilon } };
  }

  private run(
    compiled: DeviceFunction,
    batch: Batch,
    microBatch: number,
    request: StepRequest<Batch>,
    body: Body,
    more: readonly number[] = [],
  ): tf.Tensor[] {
    const own = tf.tidy(() => [
      tf.tensor1d(Int32Array.of(request.seed | 0, request.step | 0, microBatch), 'int32'),
      ...scalars(request),
      ...more.map((value) => tf.scalar(value)),
    ]);
    const inputs = [...batchTensors(batch).map(([, tensor]) => tensor), ...own];
    try {
      return this.options.compileIf(batch)
        ? compiled.call(batchSignature(batch), inputs, body, this.gradientBytes)
        : runEagerly(this.backend, this.options, inputs, body);
    } finally {
      tf.dispose(own);
    }
  }

  private parameterOf(name: string): DeviceParameter {
    return known(this.parameters.get(name), name);
  }

  private sumOf(name: string): ResourceVariable {
    return known(this.sums.get(name), name);
  }

  /** A variable of zeros that the session owns. */
  private newVariable(name: string, shape: readonly number[]): ResourceVariable {
    const { engine } = this.backend;
    const types = [typeAttribute('T', DataType.float32), typeAttribute('index_type', DataType.int32)];
    const inputs = [tf.tensor1d([...shape], 'int32'), tf.scalar(0)];
    const zeros = this.backend.run('Fill', types, inputs);
    const variable = engine.variables.create(name, this.backend.entryOf(zeros));
    engine.variables.retain(variable);
    tf.dispose([zeros, inputs]);
    return variable;
  }
}

/** The numbers of an update, in the order of a step's inputs. */
function scalars({ update }: StepRequest<object>): tf.Tensor[] {
  return [update.learningRate, update.stepSize, update.epsilon].map((value) => tf.scalar(value));
}

/** A run whose numbers are known on the device only. */
function deviceRun(onDevice: tf.Tensor1D): TrainingRun {
  const refuse = (name: string): never => {
    throw new TraceError(
      'value-read',
      `loss(batch, run): it reads run.${name}, which a compiled step has on the device only. ` +
        'Use run.onDevice, int32 [seed, step, microBatch], or run this model with the eager executor.',
    );
  };
  return {
    get seed() {
      return refuse('seed');
    },
    get step() {
      return refuse('step');
    },
    get microBatch() {
      return refuse('microBatch');
    },
    onDevice,
  };
}

function known<Value>(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value;
  throw new Error(`${name}: not a parameter of this session`);
}
