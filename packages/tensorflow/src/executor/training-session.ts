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
import { GradientSums, type NamedGradients } from './gradient-sums.js';
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
import { type DeviceParameter, setVariable, updateParameters, type UpdateTensors } from './update.js';

/** How a session runs its steps. */
export interface SessionOptions extends Precision, FunctionOptions {
  /** which batches are worth a trace; the others run op by op */
  readonly compileIf: (batch: object) => boolean;
}

/** Training with parameters and slots in variables of TensorFlow, which compiled steps update in place. */
export class TensorFlowSession<Batch extends object> implements TrainingSession<Batch> {
  private readonly parameters: ReadonlyMap<string, DeviceParameter>;
  private readonly slots = new Map<string, ResourceVariable>();
  private readonly sums: GradientSums;
  /** names of what is trained in the steps that were traced */
  private active = '';
  /** parameters that the loss of a batch depends on, by the batch's signature */
  private readonly gradientNames = new Map<string, readonly string[]>();
  /** all gradients at once, as clipping by the global norm needs them */
  private readonly gradientBytes: number;
  /** depends on the shape of the batch */
  private readonly gradientFunction: DeviceFunction;
  /** do not, and so are traced once */
  private readonly additionFunction: DeviceFunction;
  private readonly updateFunction: DeviceFunction;

  constructor(
    private readonly backend: TensorFlowBackend,
    private readonly request: TrainingRequest<Batch>,
    private readonly options: SessionOptions,
  ) {
    const newFunction = (name: string): DeviceFunction => new DeviceFunction(backend, name, options);
    this.gradientFunction = newFunction('gradients');
    this.additionFunction = newFunction('add_gradients');
    this.updateFunction = newFunction('update');
    this.sums = new GradientSums(backend, this.additionFunction, (name) =>
      this.newVariable(`${name}/sum`, this.parameterOf(name).value.shape),
    );
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
    this.follow(request);
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
    for (const compiled of [this.gradientFunction, this.additionFunction, this.updateFunction])
      compiled.dispose();
    const { engine } = this.backend;
    for (const { value } of this.parameters.values()) engine.variables.release(value);
    for (const slot of this.slots.values()) engine.variables.release(slot);
    this.slots.clear();
    this.sums.dispose();
  }

  /** Forgets what was traced where the step trains other parameters than those before it: it does not come again. */
  private follow({ updates }: StepRequest<Batch>): void {
    const active = [...updates.keys()].join();
    if (active === this.active) return;
    this.active = active;
    this.gradientNames.clear();
    for (const compiled of [this.gradientFunction, this.additionFunction, this.updateFunction])
      compiled.dispose();
  }

  /** One micro-batch. @returns loss and, with clipping, norm */
  private wholeStep(microBatch: MicroBatch<Batch>, request: StepRequest<Batch>): tf.Tensor[] {
    const { loss, gradients } = this.gradients(microBatch, request);
    const tensors = gradients.map(([, gradient]) => gradient);
    const names = gradients.map(([name]) => name);
    const norm = this.update(request, loss, names, tensors, (_, given) => given);
    tf.dispose(tensors);
    return [loss, ...norm];
  }

  /** Several: their gradients are added up on the device, then comes the update. */
  private accumulatedStep(request: StepRequest<Batch>): tf.Tensor[] {
    this.sums.begin();
    const losses = request.microBatches.map((microBatch) => {
      const { loss, gradients } = this.gradients(microBatch, request);
      this.sums.add(gradients, microBatch.share);
      tf.dispose(gradients.map(([, gradient]) => gradient));
      return tf.tidy(() => {
        const part = tf.mul(loss, microBatch.share);
        loss.dispose();
        return part;
      });
    });
    const loss = tf.tidy(() => tf.addN(losses));
    tf.dispose(losses);
    const norm = this.update(request, loss, this.sums.names, [], (name) => this.sums.tensor(name));
    return [loss, ...norm];
  }

  /** Loss and gradients of one batch; caller disposes. */
  private gradients(
    { batch, index }: MicroBatch<Batch>,
    { seed, step, updates }: StepRequest<Batch>,
  ): { loss: tf.Tensor; gradients: NamedGradients } {
    const signature = batchSignature(batch);
    const body: Body = ({ inputs, trace }) => {
      const { loss, gradients } = this.differentiate(batch, inputs, trace, updates);
      this.gradientNames.set(
        signature,
        gradients.map(([name]) => name),
      );
      return [loss, ...gradients.map(([, gradient]) => gradient)];
    };
    const run = tf.tensor1d(Int32Array.of(seed | 0, step | 0, index), 'int32');
    const inputs = [...batchTensors(batch).map(([, tensor]) => tensor), run];
    try {
      const [loss, ...tensors] = this.options.compileIf(batch)
        ? this.gradientFunction.call(signature, inputs, body, this.gradientBytes)
        : runEagerly(this.backend, this.options, inputs, body);
      const names = known(this.gradientNames.get(signature), signature);
      return { loss, gradients: names.map((name, i) => [name, tensors[i]] as const) };
    } finally {
      run.dispose();
    }
  }

  /** The same as a function of the batch's tensors and the run's numbers. */
  private differentiate(
    batch: Batch,
    inputs: readonly tf.Tensor[],
    trace: GraphTrace | undefined,
    updates: StepRequest<Batch>['updates'],
  ): { loss: tf.Tensor; gradients: NamedGradients } {
    const { trainable } = this.request;
    const parameters = this.request.parameters.filter(({ name }) => updates.has(name));
    const run = inputs[inputs.length - 1] as tf.Tensor1D;
    const tensors = withTensors(batch, inputs.slice(0, -1));
    const { value: loss, grads } = tf.variableGrads(
      () => {
        const loss = trainable.loss(tensors, deviceRun(run));
        const entry = trace && this.backend.entryOf(loss);
        if (trace && entry?.kind === 'symbolic') trace.beginGradient(entry);
        return loss;
      },
      parameters.map(({ variable }) => variable),
    );
    const gradients = parameters.flatMap(({ name, variable }) => {
      const gradient: tf.Tensor | null | undefined = grads[variable.name];
      return gradient ? [[name, gradient] as const] : []; // no gradient: no update and no decay
    });
    return { loss, gradients };
  }

  /**
   * Moves parameters by their gradients, those with the same numbers by the same scalars.
   * @param given gradients that become inputs of the update
   * @param gradientOf the gradient of a parameter, of what was given for it or of what is on the device
   * @returns with clipping, the global norm; caller disposes
   */
  private update(
    request: StepRequest<Batch>,
    loss: tf.Tensor,
    names: readonly string[],
    given: readonly tf.Tensor[],
    gradientOf: (name: string, given: tf.Tensor) => tf.Tensor,
  ): tf.Tensor[] {
    const updates = names.map((name) => known(request.updates.get(name), name));
    const distinct = [...new Set(updates)];
    const groups = updates.map((numbers) => distinct.indexOf(numbers));
    const scalars = distinct.flatMap(({ learningRate, stepSize, epsilon }) =>
      [learningRate, stepSize, epsilon].map((value) => tf.scalar(value)),
    );
    const body: Body = ({ inputs: [total, ...others] }) => {
      const numbers = distinct.map((_, i): UpdateTensors => {
        const [learningRate, stepSize, epsilon] = others.slice(3 * i);
        return { learningRate, stepSize, epsilon };
      });
      const gradients = others.slice(scalars.length);
      const moves = names.map((name, i) => ({
        parameter: this.parameterOf(name),
        gradient: gradientOf(name, gradients[i]),
        numbers: numbers[groups[i]],
      }));
      const { rule, clip } = this.request;
      const norm = updateParameters(this.backend, rule, clip, total, moves);
      return norm ? [norm] : [];
    };
    const signature = `${given.length > 0 ? 'given' : 'summed'}:${names.join()}:${groups.join()}`;
    const norm = this.updateFunction.call(signature, [loss, ...scalars, ...given], body);
    tf.dispose(scalars);
    return norm;
  }

  private parameterOf(name: string): DeviceParameter {
    return known(this.parameters.get(name), name);
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
