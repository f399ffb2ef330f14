import * as tf from '@tensorflow/tfjs';

import { type HeapBackend, heapBackend } from '../heap.js';
import { TrainError } from '../errors.js';
import type { AdamRule, SgdRule, UpdateNumbers, UpdateRule } from './update-rule.js';

// Bound once: looking `Math` up each time is slow where globals are intercepted, as under jest.
const { sqrt } = Math;

/** One parameter and what its update reads. */
export interface ParameterUpdate {
  /** the parameter; is assigned */
  readonly variable: tf.Variable;
  /** of the parameter's shape; stays the caller's */
  readonly gradient: tf.Tensor;
  /** running figures of the parameter by slot name; replaced or written in place */
  readonly slots: Map<string, tf.Tensor>;
  /** of this parameter, 0 for none */
  readonly weightDecay: number;
}

/**
 * Moves one parameter by one step of the optimiser, eagerly. On a backend with a heap in one pass that writes the slots
 * in place and one new array for the parameter; elsewhere in kernels, whose temporaries are freed.
 * @param gradientScale what the gradient is multiplied with first: the factor of clipping, or 1
 * @throws TrainError `out-of-memory` when the heap has no room for that array; nothing has changed then
 */
export function applyUpdate(
  rule: UpdateRule,
  update: ParameterUpdate,
  numbers: UpdateNumbers,
  gradientScale = 1,
): void {
  const heap = heapBackend();
  if (rule.kind === 'sgd') {
    if (heap) sgdPass(rule, update, numbers, gradientScale, heap);
    else sgdKernels(rule, update, numbers, gradientScale);
  } else if (heap) adamPass(rule, update, numbers, gradientScale, heap);
  else adamKernels(rule, update, numbers, gradientScale);
}

function adamKernels(
  { beta1, beta2 }: AdamRule,
  { variable, gradient, slots, weightDecay }: ParameterUpdate,
  { learningRate, stepSize, epsilon }: UpdateNumbers,
  scale: number,
): void {
  const keep = 1 - learningRate * weightDecay;
  tf.tidy(() => {
    const m = tf.add(tf.mul(slot(slots, 'm'), beta1), tf.mul(gradient, (1 - beta1) * scale));
    const v = tf.add(tf.mul(slot(slots, 'v'), beta2), tf.mul(tf.square(gradient), (1 - beta2) * scale ** 2));
    const move = tf.mul(tf.div(m, tf.add(tf.sqrt(v), epsilon)), stepSize);
    variable.assign(tf.sub(keep === 1 ? variable : tf.mul(variable, keep), move));
    replaceSlot(slots, 'm', m);
    replaceSlot(slots, 'v', v);
  });
}

function adamPass(
  { beta1, beta2 }: AdamRule,
  update: ParameterUpdate,
  { learningRate, stepSize, epsilon }: UpdateNumbers,
  scale: number,
  heap: HeapBackend,
): void {
  const { gradient, slots, weightDecay } = update;
  const keep = 1 - learningRate * weightDecay;
  assignFromHeap(heap, update, (before, after) => {
    const g = heap.typedArrayFromHeap(gradient);
    const m = heap.typedArrayFromHeap(slot(slots, 'm'));
    const v = heap.typedArrayFromHeap(slot(slots, 'v'));
    const share1 = (1 - beta1) * scale;
    const share2 = (1 - beta2) * scale ** 2;
    for (let i = 0; i < after.length; i++) {
      const gradientHere = g[i];
      const m1 = beta1 * m[i] + share1 * gradientHere;
      const v1 = beta2 * v[i] + share2 * gradientHere * gradientHere;
      m[i] = m1;
      v[i] = v1;
      after[i] = keep * before[i] - (stepSize * m1) / (sqrt(v1) + epsilon);
    }
  });
}

function sgdKernels(
  { momentum }: SgdRule,
  { variable, gradient, slots, weightDecay }: ParameterUpdate,
  { stepSize }: UpdateNumbers,
  scale: number,
): void {
  tf.tidy(() => {
    let direction = scale === 1 ? gradient : tf.mul(gradient, scale);
    if (weightDecay > 0) direction = tf.add(direction, tf.mul(variable, weightDecay));
    if (momentum > 0) {
      direction = tf.add(tf.mul(slot(slots, 'momentum'), momentum), direction);
      replaceSlot(slots, 'momentum', direction);
    }
    variable.assign(tf.sub(variable, tf.mul(direction, stepSize)));
  });
}

function sgdPass(
  { momentum }: SgdRule,
  update: ParameterUpdate,
  { stepSize }: UpdateNumbers,
  scale: number,
  heap: HeapBackend,
): void {
  const { gradient, slots, weightDecay } = update;
  assignFromHeap(heap, update, (before, after) => {
    const g = heap.typedArrayFromHeap(gradient);
    const buffer = momentum > 0 ? heap.typedArrayFromHeap(slot(slots, 'momentum')) : undefined;
    for (let i = 0; i < after.length; i++) {
      let direction = scale * g[i] + weightDecay * before[i];
      if (buffer) {
        direction += momentum * buffer[i];
        buffer[i] = direction;
      }
      after[i] = before[i] - stepSize * direction;
    }
  });
}

/**
 * Assigns a new array that `fill` writes. Not in place: a clone of the variable, such as the best weights so far, shares
 * its memory.
 */
function assignFromHeap(
  heap: HeapBackend,
  { variable, gradient, slots }: ParameterUpdate,
  fill: (before: Float32Array, after: Float32Array) => void,
): void {
  tf.tidy(() => {
    // Tensors that live on another backend are moved here now: that allocates, and an allocation may move the heap, which
    // cuts off every view taken before it.
    const inputs = [variable, gradient, ...slots.values()];
    for (const { dataId } of inputs) heap.dataIdMap.get(dataId);
    const result = tf.engine().makeTensorFromTensorInfo(heap.makeOutput(variable.shape, 'float32'));
    // The backend does not notice a failed allocation, be it ours or one in a kernel: it hands out address 0.
    const failed = [...inputs, result].some((tensor) => {
      const { length, byteOffset } = heap.typedArrayFromHeap(tensor);
      return length > 0 && byteOffset === 0;
    });
    if (failed) throw outOfMemory(variable);
    fill(heap.typedArrayFromHeap(variable), heap.typedArrayFromHeap(result));
    variable.assign(result);
  });
}

function outOfMemory({ name, shape }: tf.Variable): TrainError {
  return new TrainError(
    'out-of-memory',
    `applyUpdate: backend ${tf.getBackend()} has no room to update variable ${name} of shape ` +
      `[${shape.join(', ')}]`,
    { variable: name, shape },
  );
}

function slot(slots: ReadonlyMap<string, tf.Tensor>, name: string): tf.Tensor {
  const tensor = slots.get(name);
  if (!tensor) throw new Error(`applyUpdate: no slot "${name}"; make the slots with OptimizerSlots`);
  return tensor;
}

function replaceSlot(slots: Map<string, tf.Tensor>, name: string, value: tf.Tensor): void {
  slots.get(name)?.dispose();
  slots.set(name, tf.keep(value));
}
