import * as tf from '@tensorflow/tfjs';

import { TraceError } from '../trace/trace-error.js';

/** A tensor, or arrays and plain objects of them, with numbers, strings and the like in between. */
export type Container = tf.TensorContainer;

/** A container without its tensors: they are numbered in the order in which they stand. */
export type Structure =
  | { readonly kind: 'tensor'; readonly index: number }
  | { readonly kind: 'array'; readonly items: readonly Structure[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [name: string, structure: Structure])[] }
  | { readonly kind: 'value'; readonly value: unknown };

/**
 * Takes a container apart.
 * @param where for the error
 * @throws TraceError `invalid-result` for things that are neither
 */
export function takeApart(container: unknown, where: string): { structure: Structure; tensors: tf.Tensor[] } {
  const tensors: tf.Tensor[] = [];
  const visit = (part: unknown): Structure => {
    if (part instanceof tf.Tensor) return { kind: 'tensor', index: tensors.push(part as tf.Tensor) - 1 };
    if (Array.isArray(part)) return { kind: 'array', items: part.map(visit) };
    if (typeof part === 'object' && part !== null) {
      const prototype: unknown = Object.getPrototypeOf(part);
      if (prototype === Object.prototype || prototype === null) {
        return { kind: 'object', fields: Object.entries(part).map(([name, value]) => [name, visit(value)]) };
      }
    } else if (typeof part !== 'function' && typeof part !== 'symbol') {
      return { kind: 'value', value: part };
    }
    const found = typeof part === 'object' ? (part?.constructor?.name ?? 'an object') : typeof part;
    throw new TraceError(
      'invalid-result',
      `${where}: expected tensors, arrays and plain objects of them, numbers and strings, found ${found}.`,
    );
  };
  return { structure: visit(container), tensors };
}

/** Puts a container together again, with other tensors. */
export function putTogether(structure: Structure, tensors: readonly tf.Tensor[]): unknown {
  switch (structure.kind) {
    case 'tensor':
      return tensors[structure.index];
    case 'array':
      return structure.items.map((item) => putTogether(item, tensors));
    case 'object':
      return Object.fromEntries(structure.fields.map(([name, part]) => [name, putTogether(part, tensors)]));
    case 'value':
      return structure.value;
  }
}

/** A text that two containers share exactly when a function traced for one serves the other. */
export function signatureOf(structure: Structure, tensors: readonly tf.Tensor[]): string {
  switch (structure.kind) {
    case 'tensor': {
      const { dtype, shape } = tensors[structure.index];
      return `${dtype}[${shape.join(',')}]`;
    }
    case 'array':
      return `(${structure.items.map((item) => signatureOf(item, tensors)).join(' ')})`;
    case 'object':
      return `{${structure.fields.map(([name, part]) => `${JSON.stringify(name)}:${signatureOf(part, tensors)}`).join(' ')}}`;
    case 'value':
      return signatureOfValue(structure.value);
  }
}

function signatureOfValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return Object.is(value, -0) ? 'number:-0' : `${typeof value}:${String(value)}`;
}
