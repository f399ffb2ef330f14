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

/** Output layers the other way round; all of them are [out, in] here too. */
const TO_OUTPUTS: readonly (readonly [ours: RegExp, tf1: string])[] = [
  [/^classifier\.weight$/, 'output_weights'],
  [/^classifier\.bias$/, 'output_bias'],
  [/^qa_outputs\.weight$/, 'cls/squad/output_weights'],
  [/^qa_outputs\.bias$/, 'cls/squad/output_bias'],
  [/^cls\.seq_relationship\.weight$/, 'cls/seq_relationship/output_weights'],
  [/^cls\.seq_relationship\.bias$/, 'cls/seq_relationship/output_bias'],
  [/^cls\.predictions\.bias$/, 'cls/predictions/output_bias'],
];

const TO_ENDINGS: readonly (readonly [ours: RegExp, tf1: string])[] = [
  [/_embeddings\.weight$/, '_embeddings'],
  [/LayerNorm\.weight$/, 'LayerNorm/gamma'],
  [/LayerNorm\.bias$/, 'LayerNorm/beta'],
  [/\.weight$/, '/kernel'],
];

/**
 * Google's name of a parameter: the inverse of `mapTf1Name`.
 * @param name Hugging Face's, with `bert.` before the encoder's
 * @returns the variable; `transpose` where it is [in, out] and not [out, in] as there
 */
export function toTf1Name(name: string): MappedName {
  for (const [ours, tf1] of TO_OUTPUTS) if (ours.test(name)) return { name: tf1, transpose: false };
  const renamed = TO_ENDINGS.reduce((result, [ours, tf1]) => result.replace(ours, tf1), name);
  const variable = renamed.replace(/\.layer\.(\d+)\./, '/layer_$1/').replaceAll('.', '/');
  return { name: variable, transpose: variable.endsWith('/kernel') };
}
