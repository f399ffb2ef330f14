/** The fidelities besides `huggingface`, in Node. `fidelities.browser.ts` has the same exports. */
import { ENGINE_FIDELITIES } from './engine-fidelities.js';
import type { FidelityCode } from './fidelity-code.js';
import type { Fidelity } from './fidelity.js';

/** `undefined` for `huggingface`. */
export function fidelityCode(fidelity: Fidelity): FidelityCode | undefined {
  return ENGINE_FIDELITIES[fidelity];
}

/**
 * Loads what a fidelity takes. In a browser it is to be awaited before `new BertTokenizer` with a `fidelity` other than
 * `huggingface`; `BertTokenizer.fromPretrained` does so itself, and in Node all is there from the beginning.
 */
export function loadFidelity(_fidelity?: Fidelity): Promise<void> {
  return Promise.resolve();
}
