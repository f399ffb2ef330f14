import { TrainError } from '../errors.js';
import type { Optimizer } from './optimizer.js';
import { slotNames, updateRule } from './update-rule.js';

/** Problems that a message names; `details` has all. */
const SHOWN = 8;

/** Values of one slot on the host. */
export interface SlotValues {
  /** of the parameter */
  readonly shape: readonly number[];
  /** row-major */
  readonly values: Float32Array;
}

/** All an optimiser remembers, on the host, by name: what has to be saved to go on as if nothing had happened. */
export interface OptimizerState {
  /** of the optimiser it belongs to */
  readonly kind: Optimizer['kind'];
  /** updates made */
  readonly iterations: number;
  /** updates made of parameters that were frozen in some of them, by name; those of the others are `iterations` */
  readonly iterationsOf?: ReadonlyMap<string, number> | undefined;
  /** by `parameter/slot`, e.g. `classifier.weight/m` */
  readonly slots: ReadonlyMap<string, SlotValues>;
}

/** A parameter as far as its slots go. */
interface Shaped {
  readonly name: string;
  readonly variable: { readonly shape: readonly number[]; readonly size: number };
}

/**
 * Checks that a state belongs to this optimiser and these parameters.
 * @param allowMissing whether the state may lack slots
 * @throws TrainError `invalid-state` naming all missing, unexpected and mismatched slots
 */
export function checkState(
  state: OptimizerState,
  optimizer: Optimizer,
  parameters: readonly Shaped[],
  allowMissing: boolean,
): void {
  const problems: string[] = [];
  if (state.kind !== optimizer.kind) {
    problems.push(`expected the state of ${optimizer.kind}, found that of ${state.kind}`);
  }
  if (!Number.isSafeInteger(state.iterations) || state.iterations < 0) {
    problems.push(`iterations must be an integer of at least 0, found ${String(state.iterations)}`);
  }
  for (const [name, count] of state.iterationsOf ?? []) {
    if (Number.isSafeInteger(count) && count >= 0 && count <= state.iterations) continue;
    problems.push(`iterationsOf ${name} must be an integer in [0, ${state.iterations}], found ${count}`);
  }
  const unexpected = new Set(state.slots.keys());
  for (const { name, variable } of parameters) {
    for (const slot of slotNames(updateRule(optimizer))) {
      const key = `${name}/${slot}`;
      unexpected.delete(key);
      const stored = state.slots.get(key);
      if (!stored && !allowMissing) problems.push(`${key} is missing`);
      if (
        stored &&
        (stored.shape.join() !== variable.shape.join() || stored.values.length !== variable.size)
      ) {
        problems.push(
          `${key} must have shape [${variable.shape.join(', ')}], found [${stored.shape.join(', ')}] ` +
            `with ${stored.values.length} values`,
        );
      }
    }
  }
  for (const key of unexpected) problems.push(`${key} is not expected`);
  if (problems.length === 0) return;
  const shown = [
    ...problems.slice(0, SHOWN),
    ...(problems.length > SHOWN ? [`and ${problems.length - SHOWN} more`] : []),
  ];
  throw new TrainError(
    'invalid-state',
    `The optimiser state does not fit: ${shown.join('; ')}. It is of another model, optimiser or set of trained parameters: ` +
      'take the state that was saved with these.',
    { problems },
  );
}
