import type { Fault } from '../tensor-bundle/byte-cursor.js';
import { kindOf, PickleDict } from './pickle-values.js';
import { TorchTensor } from './torch-tensor.js';

/** Where training scripts put the state dict in a checkpoint that also has an optimizer's, an epoch, and so on. */
const PLACES = ['state_dict', 'model_state_dict', 'model', 'module'] as const;

/** A tensor that every BERT has, by the end of its name. */
const WORDS = 'embeddings.word_embeddings.weight';

function tensorsOf(value: unknown): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  if (!(value instanceof PickleDict)) return tensors;
  for (const [name, tensor] of value.entries) {
    if (typeof name === 'string' && tensor instanceof TorchTensor) tensors.set(name, tensor);
  }
  return tensors;
}

/** The only dictionary among a checkpoint's values that has the tensors of a BERT, under whatever key. */
function bertAmong(root: PickleDict): Map<string, TorchTensor> | undefined {
  const dicts = [root, ...root.entries.values()]
    .map(tensorsOf)
    .filter((tensors) => [...tensors.keys()].some((name) => name.endsWith(WORDS)));
  return dicts.length === 1 ? dicts[0] : undefined;
}

/**
 * The tensors of a model in what `torch.save` was given: a state dict, or a checkpoint of a training script that holds
 * one as `state_dict`, `model_state_dict`, `model` or `module`, or under another key if it is the only BERT in it. What is
 * no tensor is left out.
 * @throws what `fault` makes where there are no tensors
 */
export function stateDict(root: unknown, fault: Fault): ReadonlyMap<string, TorchTensor> {
  if (!(root instanceof PickleDict))
    throw fault(`it holds ${kindOf(root)}; expected a dictionary of tensors, as model.state_dict() is`);
  const nested = PLACES.map((key) => tensorsOf(root.entries.get(key))).find(({ size }) => size > 0);
  const tensors = nested ?? bertAmong(root) ?? tensorsOf(root);
  if (tensors.size > 0) return tensors;
  const keys = [...root.entries.keys()].filter((key) => typeof key === 'string').slice(0, 10);
  const found = keys.length === 0 ? 'none' : keys.map((key) => JSON.stringify(key.slice(0, 80))).join(', ');
  throw fault(
    `it holds a dictionary without tensors in it or in its ${PLACES.join(', ')}; its keys: ${found}`,
  );
}
