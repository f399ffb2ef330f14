import { files } from '#files';

import { CheckpointError } from '../errors.js';
import { findSavedModel, variablesOf } from '../saved-model/find-saved-model.js';

/** File in which TensorFlow notes the newest checkpoint of a folder. */
const STATE_FILE = 'checkpoint';

/** Google's name for the weights of its releases. */
const RELEASE = 'bert_model.ckpt';

const INDEX = '.index';

/** Largest state file that is read; it lists the last few checkpoints by name. */
const LARGEST_STATE = 2 ** 20;

async function newest(directory: string): Promise<string | undefined> {
  const path = files.join(directory, STATE_FILE);
  if (!(await files.exists(path))) return undefined;
  const state = await files.open(path);
  try {
    const bytes = new Uint8Array(Math.min(state.size, LARGEST_STATE));
    await state.read(bytes, 0);
    const name = /^\s*model_checkpoint_path\s*:\s*"([^"\\]+)"/m.exec(new TextDecoder().decode(bytes))?.[1];
    // An absolute path is that of the machine that trained the model: only its last part means anything here.
    return name?.split('/').at(-1);
  } finally {
    await state.close();
  }
}

/** Where `save_pretrained(…, saved_model=True)` of `transformers` puts a SavedModel, below its `config.json`. */
const EXPORTED = ['saved_model', '1'] as const;

/**
 * The TensorFlow checkpoint that a path means: the path itself, with or without `.index`; the variables of a SavedModel;
 * or of a folder what its `checkpoint` file calls the newest, else `bert_model.ckpt`, else the only one there, else
 * the SavedModel that `transformers` put into it.
 * @returns path or address without `.index`; undefined where there is none
 * @throws CheckpointError `not-found` for a folder with several of which none is marked
 */
export async function findBundle(source: string): Promise<string | undefined> {
  const savedModel = await findSavedModel(source);
  if (savedModel !== undefined) return variablesOf(savedModel);
  const candidates = [
    source.endsWith(INDEX) ? source.slice(0, -INDEX.length) : source,
    ...[await newest(source), RELEASE]
      .filter((name) => name !== undefined && name !== '')
      .map((name) => files.join(source, name as string)),
  ];
  for (const prefix of candidates) if (await files.exists(prefix + INDEX)) return prefix;
  const there = (await files.list(source)).filter((name) => name.endsWith(INDEX));
  if (there.length > 1) {
    const message = `${source}: several checkpoints of TensorFlow, ${there.join(', ')}. Give the path of one, without ${INDEX}.`;
    throw new CheckpointError('not-found', message, { file: source });
  }
  if (there.length === 1) return files.join(source, there[0].slice(0, -INDEX.length));
  const exported = variablesOf(EXPORTED.reduce((path, part) => files.join(path, part), source));
  return (await files.exists(exported + INDEX)) ? exported : undefined;
}
