import type { Optimizer } from './optimizer.js';

/** Layer norms and biases by their Hugging Face and Google names. */
export const defaultNoDecay: readonly RegExp[] = [/LayerNorm|layer_norm/, /bias$/];

/** The two groups of parameters; every name is in exactly one. */
export interface DecayGroups {
  /** names whose parameters decay, in the order given */
  readonly decayed: readonly string[];
  /** names whose parameters do not */
  readonly exempt: readonly string[];
}

/** Sorts parameters into those that decay and those that do not. */
export function decayGroups(names: Iterable<string>, optimizer: Optimizer): DecayGroups {
  const decayed: string[] = [];
  const exempt: string[] = [];
  for (const name of names) (decayOf(name, optimizer) > 0 ? decayed : exempt).push(name);
  return { decayed, exempt };
}

/** The weight decay of one parameter: the optimiser's, or 0. */
export function decayOf(name: string, optimizer: Optimizer): number {
  if (optimizer.kind === 'adam') return 0;
  // `search` ignores the lastIndex that a global expression would carry from one name to the next
  return optimizer.noDecay.some((pattern) => name.search(pattern) >= 0) ? 0 : optimizer.weightDecay;
}
