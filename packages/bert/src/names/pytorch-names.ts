import type { Checkpoint, CheckpointEntry } from '../checkpoint.js';
import { CheckpointError } from '../errors.js';
import { mapCheckpoint } from '../mapped-checkpoint.js';
import { mapHuggingFaceTfName } from './hugging-face-tf-names.js';

/** What `torch.compile` puts before the names of a module, wherever the module lies in the model. */
const COMPILED = /(^|\.)_orig_mod\./g;

/** The parameter by which an encoder is found among the modules of a larger program. */
const WORDS = /^(.*?)(?:bert\.)?embeddings\.word_embeddings\.weight$/;

/**
 * Names that programs give the model that they wrap: `DataParallel`, DeepSpeed, Lightning modules, sentence-transformers.
 * Of another architecture's name (`roberta.`) the encoder is another.
 */
const WRAPPERS =
  /^(?:(?:module|_forward_module|model|bert|base_model|auto_model|net|network|backbone|encoder|text_encoder|transformer|\d+)\.)+$/;

/** What stands before the encoder's names, where one encoder alone is there; otherwise nothing. */
function wrapperOf(names: readonly string[]): string {
  const before = names.flatMap((name) => WORDS.exec(name)?.[1] ?? []);
  if (before.length === 1 && WRAPPERS.test(before[0])) return before[0];
  return names.every((name) => name.startsWith('module.')) ? 'module.' : '';
}

/** The names that a model's tensors have without what training programs put before them. */
export function unwrappedNames(names: Iterable<string>): Map<string, string> {
  const plain = [...names].map((name): [string, string] => [name, name.replace(COMPILED, '$1')]);
  const wrapper = wrapperOf(plain.map(([, name]) => name));
  return new Map(
    plain.map(([name, bare]) => [name, bare.startsWith(wrapper) ? bare.slice(wrapper.length) : bare]),
  );
}

/** The same tensors under other names. */
function renamed(checkpoint: Checkpoint, names: ReadonlyMap<string, string>): Checkpoint {
  const { file, metadata } = checkpoint;
  const entries = new Map<string, CheckpointEntry>();
  const stored = new Map<string, string>();
  for (const [key, { dtype, shape }] of checkpoint.entries) {
    const name = names.get(key) ?? key;
    const former = stored.get(name);
    if (former !== undefined) {
      const message = `${file}: ${former} and ${key} are the same parameter, ${name}. Remove one of them.`;
      throw new CheckpointError('duplicate-name', message, { file, tensor: key });
    }
    stored.set(name, key);
    entries.set(name, { name, dtype, shape });
  }
  const key = (name: string): string => stored.get(name) ?? name;
  const { readTransposed } = checkpoint;
  return {
    file,
    entries,
    metadata,
    read: (name) => checkpoint.read(key(name)),
    ...(readTransposed && { readTransposed: (name: string) => readTransposed(key(name)) }),
    close: () => checkpoint.close(),
  };
}

/**
 * A checkpoint under the names of PyTorch's BERT: also where a TensorFlow class of `transformers` wrote it, which its
 * metadata say, and where a training program saved the model as a part of another (`module.`, `_orig_mod.`, `model.`).
 */
export function withPytorchNames(checkpoint: Checkpoint): Checkpoint {
  const keys = [...checkpoint.entries.keys()];
  if (checkpoint.metadata.get('format') === 'tf') {
    const names = new Map(keys.map((name) => [name, mapHuggingFaceTfName(name)]));
    return mapCheckpoint(checkpoint, names, checkpoint.metadata);
  }
  const names = unwrappedNames(keys);
  return keys.every((name) => names.get(name) === name) ? checkpoint : renamed(checkpoint, names);
}
