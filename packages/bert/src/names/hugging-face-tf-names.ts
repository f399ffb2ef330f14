/**
 * Names of weights in the TensorFlow classes of `transformers`, and those of its PyTorch classes for the same.
 *
 *   TensorFlow                                                      PyTorch
 *   tf_bert_model/bert/encoder/layer_._0/attention/self/query/kernel:0   bert.encoder.layer.0.attention.self.query.weight
 *   tf_bert_model/bert/embeddings/token_type_embeddings/embeddings:0     bert.embeddings.token_type_embeddings.weight
 *   tf_bert_for_pre_training/mlm___cls/predictions/bias:0                cls.predictions.bias
 *   tf_bert_for_sequence_classification/classifier/kernel:0              classifier.weight, transposed
 *
 * The first part is the name of the model, which is free; a file of safetensors leaves it out. In `layer_._0` the
 * mark `_._` separates, and in `mlm___cls` what stands before `___` is there for TensorFlow alone.
 * In `tf_model.h5` a group for each layer of the model stands before that, and the masked language model's has the
 * embeddings, which it shares, once more.
 * @see transformers 4.57.6, modeling_tf_pytorch_utils.py, convert_tf_weight_name_to_pt_weight_name
 */

import type { MappedName } from './mapped-name.js';

/** Modules that a BERT of `transformers` is put together of. */
const MODULE = /^(?:.*\/)?((?:bert|cls|classifier|qa_outputs)\/.*)$/;

const ENDINGS: readonly (readonly [old: RegExp, current: string])[] = [
  [/\.(kernel|embeddings|gamma)$/, '.weight'],
  [/\.beta$/, '.bias'],
];

/** PyTorch's name of a weight; one that is not of a BERT comes back recognisable, with dots. */
export function mapHuggingFaceTfName(weight: string): MappedName {
  const plain = weight
    .replace(/:0$/, '')
    .replace(/(^|\/)[^/]*___/g, '$1')
    .replaceAll('_._', '/');
  const within = MODULE.exec(plain)?.[1] ?? plain;
  const name = ENDINGS.reduce(
    (result, [old, current]) => result.replace(old, current),
    within.replaceAll('/', '.'),
  );
  return { name, transpose: within.endsWith('/kernel') };
}

/** Layers that a model of `transformers` has, by the modules of PyTorch. */
const LAYERS: readonly (readonly [module: RegExp, layer: string])[] = [
  [/^bert\./, 'bert'],
  [/^cls\.predictions\./, 'mlm___cls'],
  [/^cls\.seq_relationship\./, 'nsp___cls'],
  [/^classifier\./, 'classifier'],
  [/^qa_outputs\./, 'qa_outputs'],
];

const TF_ENDINGS: readonly (readonly [torch: RegExp, tf: string])[] = [
  [/\.word_embeddings\.weight$/, '.word_embeddings.weight'],
  [/_embeddings\.weight$/, '_embeddings.embeddings'],
  [/LayerNorm\.weight$/, 'LayerNorm.gamma'],
  [/LayerNorm\.bias$/, 'LayerNorm.beta'],
  [/\.weight$/, '.kernel'],
];

/**
 * TensorFlow's name of a weight: the inverse of `mapHuggingFaceTfName`.
 * @param name PyTorch's, with the prefix `bert.`
 * @param model name of the whole model, such as `tf_bert_model`
 * @returns the layer it belongs to, and the weight's name; undefined for one that no model has
 */
export function toHuggingFaceTfName(
  name: string,
  model: string,
): { readonly layer: string; readonly weight: string } | undefined {
  const layer = LAYERS.find(([module]) => module.test(name))?.[1];
  const ending = TF_ENDINGS.find(([torch]) => torch.test(name));
  if (layer === undefined) return undefined;
  const path = name
    .replace(/^\w+/, layer)
    .replace(ending?.[0] ?? /$/, ending?.[1] ?? '')
    .replaceAll('.', '/')
    .replace(/\/layer\/(\d+)\//, '/layer_._$1/');
  return { layer, weight: `${model}/${path}:0` };
}

/** The layer whose group a dataset of `tf_model.h5` lies in. */
const layerOf = (path: string): string => (path.split('/')[0] ?? '').replace(/^.*___/, '');

/**
 * PyTorch's names of the datasets in `tf_model.h5`. Of a weight that several layers share the copy of its own layer
 * counts.
 */
export function nameHuggingFaceTfPaths(paths: readonly string[]): Map<string, MappedName> {
  const names = new Map(paths.map((path) => [path, mapHuggingFaceTfName(path)]));
  const isOwn = (path: string, { name }: MappedName): boolean => layerOf(path) === name.split('.')[0];
  const owned = new Set([...names].flatMap(([path, mapped]) => (isOwn(path, mapped) ? [mapped.name] : [])));
  return new Map([...names].filter(([path, mapped]) => isOwn(path, mapped) || !owned.has(mapped.name)));
}
