import { TensorFlowError } from '../errors.js';
import type { Pointer, TensorFlowC } from './signatures.js';
import type { Status } from './status.js';

/** `type` of an attribute in `TFJSBinding`. */
export const AttributeType = {
  string: 0,
  int: 1,
  float: 2,
  bool: 3,
  type: 4,
  shape: 5,
  resource: 6,
} as const;

/** An attribute as TensorFlow.js's kernels give it. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  /** lists of integers, floats and types are arrays */
  readonly value: unknown;
}

/** An attribute with a data type. */
export function typeAttribute(name: string, dtype: number): OpAttribute {
  return { name, type: AttributeType.type, value: dtype };
}

/** The attribute `shape`. */
export function shapeAttribute(shape: readonly number[]): OpAttribute {
  return { name: 'shape', type: AttributeType.shape, value: [...shape] };
}

/** `invalid-attribute`: a value that does not suit its type */
export class AttributeError extends TensorFlowError<'invalid-attribute'> {
  override readonly name = 'AttributeError';
}

/**
 * Sets attributes on an eager operation (`TFE_Op*`) or on the description of a graph's (`TF_OperationDescription*`).
 * @throws AttributeError
 */
export function setAttributes(
  c: TensorFlowC,
  status: Status,
  prefix: 'TFE_OpSetAttr' | 'TF_SetAttr',
  target: Pointer,
  attributes: readonly OpAttribute[],
): void {
  for (const { name, type, value } of attributes) {
    const list = Array.isArray(value) ? (value as readonly number[]) : undefined;
    switch (type) {
      case AttributeType.string: {
        if (Array.isArray(value)) {
          const texts = value as readonly string[];
          const lengths = BigUint64Array.from(texts, (text) => BigInt(Buffer.byteLength(text)));
          c[`${prefix}StringList`](target, name, texts, lengths, texts.length);
          break;
        }
        const bytes = Buffer.from(expect('string', name, value));
        c[`${prefix}String`](target, name, bytes, bytes.length);
        break;
      }
      case AttributeType.int:
        if (list) c[`${prefix}IntList`](target, name, BigInt64Array.from(list, BigInt), list.length);
        else c[`${prefix}Int`](target, name, expect('number', name, value));
        break;
      case AttributeType.float:
        if (list) c[`${prefix}FloatList`](target, name, Float32Array.from(list), list.length);
        else c[`${prefix}Float`](target, name, expect('number', name, value));
        break;
      case AttributeType.bool:
        c[`${prefix}Bool`](target, name, value ? 1 : 0);
        break;
      case AttributeType.type:
        if (list) c[`${prefix}TypeList`](target, name, Int32Array.from(list), list.length);
        else c[`${prefix}Type`](target, name, expect('number', name, value));
        break;
      case AttributeType.shape: {
        const dims = BigInt64Array.from(list ?? [], BigInt);
        if (prefix === 'TF_SetAttr') c.TF_SetAttrShape(target, name, dims, dims.length);
        else c.TFE_OpSetAttrShape(target, name, dims, dims.length, status.pointer);
        break;
      }
      default:
        throw new AttributeError(
          'invalid-attribute',
          `attribute ${name}: attribute type ${type} is not known.`,
        );
    }
  }
}

interface Primitives {
  string: string;
  number: number;
}

function expect<Type extends keyof Primitives>(type: Type, name: string, value: unknown): Primitives[Type] {
  if (typeof value === type) return value as Primitives[Type];
  throw new AttributeError(
    'invalid-attribute',
    `attribute ${name}: expected a ${type}, found ${value === null ? 'null' : typeof value}.`,
  );
}
