import type { Fault } from '../tensor-bundle/byte-cursor.js';
import { kindOf, PickleDict } from './pickle-values.js';
import { TorchTensor } from './torch-tensor.js';

/** Where training scripts put the state dict in a checkpoint that also has an optimizer's, an epoch, and so on. */
const PLACES = ['state_dict', 'model_state_dict', 'model', 'module'] as const;

/** What `DataParallel` puts before every name. */
const WRAPPER = 'module.';

function tensorsOf(value: unknown): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  if (!(value instanceof PickleDict)) return tensors;
  for (const [name, tensor] of value.entries) {
    if (typeof name === 'string' && tensor instanceof TorchTensor) tensors.set(name, tensor);
  }
  return tensors;
}

/**
 * The tensors of a model in what `torch.save` was given: a state dict, or a checkpoint of a training script that holds
 * one as `state_dict`, `model_state_dict`, `model` or `module`. The prefix `module.` goes when every name has it. What is
 * no tensor is left out.
 * @throws what `fault` makes where there are no tensors
 */
export function stateDict(root: unknown, fault: Fault): ReadonlyMap<string, TorchTensor> {
  if (!(root instanceof PickleDict))
    throw fault(`it holds ${kindOf(root)}; expected a dictionary of tensors, as model.state_dict() is`);
  const nested = PLACES.map((key) => tensorsOf(root.entries.get(key))).find(({ size }) => size > 0);
  const tensors = nested ?? tensorsOf(root);
  if (tensors.size === 0) {
    const keys = [...root.entries.keys()].filter((key) => typeof key === 'string').slice(0, 10);
    const found = keys.length === 0 ? 'none' : keys.map((key) => JSON.stringify(key.slice(0, 80))).join(', ');
    throw fault(
      `it holds a dictionary without tensors in it or in its ${PLACES.join(', ')}; its keys: ${found}`,
    );
  }
  if (![...tensors.keys()].every((name) => name.startsWith(WRAPPER))) return tensors;
  return new Map([...tensors].map(([name, tensor]) => [name.slice(WRAPPER.length), tensor]));
}
