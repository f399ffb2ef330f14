import { files } from '#files';

import { CheckpointError } from '../errors.js';
import { openTensorBundle } from '../tensor-bundle/bundle-reader.js';
import { readGraph } from '../tensor-bundle/tensorflow-checkpoint.js';
import { findSavedModel, SAVED_MODEL, variablesOf } from './find-saved-model.js';

/** What a SavedModel says of the tokenizer that its weights were trained with. */
export interface SavedModelTokenizer {
  /** path or address of the vocabulary: a token a line */
  readonly vocabularyFile: string;
  /** whether texts are lower-cased; undefined where the model has no such variable */
  readonly doLowerCase: boolean | undefined;
}

/** Variables that say whether texts are lower-cased: TensorFlow Hub's, and the same after Keras saved the model again. */
const DO_LOWER_CASE = /(^|\/)(do_lower_case|Variable:0)\/\.ATTRIBUTES\/VARIABLE_VALUE$/;

/**
 * What a SavedModel of TensorFlow Hub, Kaggle or fine-tuned from one says of its tokenizer: `assets/vocab.txt` and the
 * variable `do_lower_case`.
 * @param source path of the folder, or of `saved_model.pb` in it; address in a browser
 * @throws CheckpointError `not-found` when it is no SavedModel or has no vocabulary; otherwise as `openTensorBundle`
 */
export async function savedModelTokenizer(source: string): Promise<SavedModelTokenizer> {
  const savedModel = await findSavedModel(source);
  if (savedModel === undefined) {
    const message = `${source}: no ${SAVED_MODEL}, so this is no SavedModel.`;
    throw new CheckpointError('not-found', message, { file: source });
  }
  const assets = files.join(savedModel, 'assets');
  const texts = (await files.list(assets)).filter((name) => name.endsWith('.txt'));
  const vocabularyFile = files.join(assets, texts.length === 1 ? texts[0] : 'vocab.txt');
  if (!(await files.exists(vocabularyFile))) {
    const message = `${vocabularyFile}: no such file. The SavedModel comes without its vocabulary: fetch that of the model it was made from.`;
    throw new CheckpointError('not-found', message, { file: vocabularyFile });
  }
  const bundle = await openTensorBundle(variablesOf(savedModel));
  try {
    const graph = await readGraph(bundle);
    const flags = [...bundle.entries.values()].filter(
      ({ name, dtype, shape }) => dtype === 'BOOL' && shape.length === 0 && graph?.has(name),
    );
    const flag = flags.find(({ name }) => DO_LOWER_CASE.test(name));
    return { vocabularyFile, doLowerCase: flag && (await bundle.read(flag.name))[0] !== 0 };
  } finally {
    await bundle.close();
  }
}
