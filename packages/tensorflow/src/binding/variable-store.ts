import { AttributeType, typeAttribute } from '../c-api/attributes.js';
import type { Entry } from '../tensors/entries.js';
import { type ResourceVariable, variableAttributes } from '../tensors/resource-variable.js';
import type { EagerContext } from './eager-context.js';

/** Makes, assigns and frees TensorFlow's variables. */
export class VariableStore {
  constructor(
    private readonly context: EagerContext,
    private readonly uniqueName: (base: string) => string,
  ) {}

  /**
   * A new variable with the value of a tensor; the memory is shared until one of them changes. Lives while it is retained.
   * @param base part of its name, for profiles
   */
  create(base: string, value: Entry): ResourceVariable {
    const { dtype, shape } = value;
    const name = this.uniqueName(base);
    const attributes = variableAttributes({ name, dtype, shape });
    const [handle] = this.context.executeHandles('VarHandleOp', attributes, [], 1);
    const variable = { name, dtype, shape, handle, references: 0, isDestroyed: false };
    this.assign(variable, value);
    return variable;
  }

  /** Gives a variable another value of the same shape and type. */
  assign(variable: ResourceVariable, value: Entry): void {
    const attributes = [typeAttribute('dtype', variable.dtype)];
    this.context.withHandle(value, (handle) => {
      this.context.executeHandles('AssignVariableOp', attributes, [variable.handle, handle], 0);
    });
  }

  /** Copies a variable's value to JavaScript. */
  read(variable: ResourceVariable): Float32Array {
    const { dtype, shape } = variable;
    return this.context.read({ kind: 'variable', dtype, shape, variable }) as Float32Array;
  }

  /** Keeps a variable alive. */
  retain(variable: ResourceVariable): void {
    variable.references++;
  }

  /** Undoes one `retain`; without any the variable and its value are freed. */
  release(variable: ResourceVariable): void {
    if (--variable.references > 0 || variable.isDestroyed) return;
    const ignore = { name: 'ignore_lookup_error', type: AttributeType.bool, value: true };
    this.context.executeHandles('DestroyResourceOp', [ignore], [variable.handle], 0);
    this.context.free(variable.handle);
    variable.isDestroyed = true;
  }
}
