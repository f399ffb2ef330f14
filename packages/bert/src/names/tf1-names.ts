/**
 * Names of Google's original release and of models fine-tuned with its scripts, and Hugging Face's for the same.
 *
 *   TensorFlow 1                                        Hugging Face
 *   bert/encoder/layer_0/attention/self/query/kernel    bert.encoder.layer.0.attention.self.query.weight, transposed
 *   bert/embeddings/LayerNorm/gamma                     bert.embeddings.LayerNorm.weight
 *   cls/predictions/output_bias                         cls.predictions.bias
 *   cls/seq_relationship/output_weights [2, D]          cls.seq_relationship.weight, as it is
 *   cls/squad/output_weights [2, D]                     qa_outputs.weight, as it is (run_squad.py)
 *   output_weights [C, D]                               classifier.weight, as it is (run_classifier.py)
 */

import type { MappedName } from './mapped-name.js';

/** Modules whose output layers are called otherwise. */
const OUTPUTS: readonly (readonly [old: RegExp, current: string])[] = [
  [/^output_weights$/, 'classifier.weight'],
  [/^output_bias$/, 'classifier.bias'],
  [/^cls\/squad\/output_weights$/, 'qa_outputs.weight'],
  [/^cls\/squad\/output_bias$/, 'qa_outputs.bias'],
  [/^cls\/seq_relationship\/output_weights$/, 'cls.seq_relationship.weight'],
  [/\/output_bias$/, '/bias'],
];

const ENDINGS: readonly (readonly [old: RegExp, current: string])[] = [
  [/\/kernel$/, '/weight'],
  [/\/gamma$/, '/weight'],
  [/\/beta$/, '/bias'],
  [/_embeddings$/, '_embeddings/weight'],
];

/** State of training that belongs to no variable: counters and the powers of Adam's rates. */
const COUNTERS = /(^|\/)(global_step|beta1_power|beta2_power|loss_scale|good_steps)$/;

/** Hugging Face's name of a variable; one that is not of a BERT comes back recognisable, with dots. */
export function mapTf1Name(variable: string): MappedName {
  const renamed = [...OUTPUTS, ...ENDINGS].reduce(
    (name, [old, current]) => name.replace(old, current),
    variable,
  );
  const name = renamed.replace(/\/layer_(\d+)\//, '/layer/$1/').replaceAll('/', '.');
  return { name, transpose: variable.endsWith('/kernel') };
}

/**
 * Whether a tensor is an optimizer's: Adam's moments `VARIABLE/adam_m` and `VARIABLE/adam_v` in Google's scripts,
 * `VARIABLE/Adam` and others in TensorFlow's. A slot is named like its variable with one part more.
 * @param has whether the checkpoint has a tensor of that name
 */
export function isTrainingState(variable: string, has: (name: string) => boolean): boolean {
  if (COUNTERS.test(variable) || /\/adam_[mv]$/.test(variable)) return true;
  const slash = variable.lastIndexOf('/');
  return slash > 0 && has(variable.slice(0, slash));
}
