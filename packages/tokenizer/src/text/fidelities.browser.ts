/** The fidelities besides `huggingface`, which few pages need: loaded when asked for. */
import type { FidelityCode } from './fidelity-code.js';
import type { Fidelity } from './fidelity.js';

let loaded: Readonly<Record<string, FidelityCode>> = {};

/** `undefined` for `huggingface`, and for what is not loaded. */
export function fidelityCode(fidelity: Fidelity): FidelityCode | undefined {
  return loaded[fidelity];
}

/**
 * Loads what a fidelity takes. In a browser it is to be awaited before `new BertTokenizer` with a `fidelity` other than
 * `huggingface`; `BertTokenizer.fromPretrained` does so itself, and in Node all is there from the beginning.
 */
export async function loadFidelity(fidelity: Fidelity = 'huggingface'): Promise<void> {
  if (fidelity !== 'huggingface') loaded = (await import('./engine-fidelities.js')).ENGINE_FIDELITIES;
}
