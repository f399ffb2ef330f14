import { AttributeType, type OpAttribute, shapeAttribute, typeAttribute } from '../c-api/attributes.js';
import type { Pointer } from '../c-api/signatures.js';

/**
 * A variable that TensorFlow holds: graphs and eager operations reach it by name and update it in place. Made, read and
 * written through `TensorFlowBinding`.
 */
export interface ResourceVariable {
  /** `shared_name`, unique in the process */
  readonly name: string;
  /** `TF_DataType` of its value */
  readonly dtype: number;
  readonly shape: readonly number[];
  /** `TFE_TensorHandle*` of the resource, owned by the variable */
  readonly handle: Pointer;
  /** tensors and compiled functions that need it; freed when there are none */
  references: number;
  /** whether it was freed */
  isDestroyed: boolean;
}

/** Attributes of `VarHandleOp`, the same inside and outside of a graph. */
export function variableAttributes({
  name,
  dtype,
  shape,
}: Pick<ResourceVariable, 'name' | 'dtype' | 'shape'>): OpAttribute[] {
  return [
    typeAttribute('dtype', dtype),
    shapeAttribute(shape),
    { name: 'shared_name', type: AttributeType.string, value: name },
    { name: 'container', type: AttributeType.string, value: '' },
  ];
}
