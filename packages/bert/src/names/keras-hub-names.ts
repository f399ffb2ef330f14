/**
 * Paths of variables in the `.weights.h5` files of KerasHub (and KerasNLP, as it was called), and Hugging Face's names
 * for the same. A path counts layers of one class: `transformer_encoder`, `transformer_encoder_1`, ….
 *
 *   KerasHub                                                                Hugging Face
 *   layers/reversible_embedding/vars/0                                      bert.embeddings.word_embeddings.weight
 *   layers/transformer_encoder_1/_self_attention_layer/query_dense/vars/0   bert.encoder.layer.1.attention.self.query.weight
 *   layers/dense/vars/0 of a backbone                                       bert.pooler.dense.weight
 *   layers/dense/vars/0 of a task                                           classifier.weight
 *   layers/masked_lm_head/vars/0                                            cls.predictions.bias
 *
 * The files of a preset hold backbone (`model.weights.h5`) and task (`task.weights.h5`) apart; `save_weights` of a task
 * puts its backbone below `layers/bert_backbone`. Attributes may begin with `_`, and files of Keras 2.13 say
 * `_layer_checkpoint_dependencies` for `layers`.
 */

import type { MappedName } from './mapped-name.js';

/** Layers of a backbone, as their paths begin. */
const EMBEDDINGS: Readonly<Record<string, string>> = {
  reversible_embedding: 'word_embeddings',
  position_embedding: 'position_embeddings',
  embedding: 'token_type_embeddings',
  layer_normalization: 'LayerNorm',
};

/** The same before KerasNLP had an embedding that is its own inverse. */
const OLD_EMBEDDINGS: Readonly<Record<string, string>> = {
  ...EMBEDDINGS,
  embedding: 'word_embeddings',
  embedding_1: 'token_type_embeddings',
};

const LAYER: Readonly<Record<string, string>> = {
  'self_attention_layer/query_dense': 'attention.self.query',
  'self_attention_layer/key_dense': 'attention.self.key',
  'self_attention_layer/value_dense': 'attention.self.value',
  'self_attention_layer/output_dense': 'attention.output.dense',
  self_attention_layer_norm: 'attention.output.LayerNorm',
  feedforward_intermediate_dense: 'intermediate.dense',
  feedforward_output_dense: 'output.dense',
  feedforward_layer_norm: 'output.LayerNorm',
};

const MASKED_LM: Readonly<Record<string, string>> = {
  intermediate_dense: 'transform.dense',
  intermediate_layer_norm: 'transform.LayerNorm',
};

/** Module of Hugging Face's that a layer's path means. */
function moduleOf(layer: string, isOld: boolean, isBackbone: boolean): string | undefined {
  const [first, ...rest] = layer.split('/');
  const within = rest.join('/');
  const encoder = /^transformer_encoder(?:_(\d+))?$/.exec(first);
  if (encoder !== null && within in LAYER) return `bert.encoder.layer.${encoder[1] ?? 0}.${LAYER[within]}`;
  if (first === 'masked_lm_head' && within in MASKED_LM) return `cls.predictions.${MASKED_LM[within]}`;
  if (rest.length > 0) return undefined;
  const embeddings = isOld ? OLD_EMBEDDINGS : EMBEDDINGS;
  if (Object.hasOwn(embeddings, first)) return `bert.embeddings.${embeddings[first]}`;
  if (first === 'dense') return isBackbone ? 'bert.pooler.dense' : 'classifier';
  return undefined;
}

/** A path without the marks of private attributes, and in today's words. */
const plain = (path: string): string =>
  path
    .replaceAll('_layer_checkpoint_dependencies', 'layers')
    .split('/')
    .map((part) => part.replace(/^_/, ''))
    .join('/');

/** Whether paths are those of a `.weights.h5` file of Keras. */
export const areKerasPaths = (paths: Iterable<string>): boolean =>
  [...paths].some((path) => /^layers\/.*\/vars\/\d+$/.test(plain(path)));

/**
 * Hugging Face's names of a file's variables, by their paths. What an optimizer kept is left out; what is unknown keeps its
 * path, with dots.
 */
export function nameKerasPaths(paths: readonly string[]): Map<string, MappedName> {
  const places = new Map(
    paths.map((path) => [path, /^((?:.*\/)?)layers\/(.+)\/vars\/(\d+)$/.exec(plain(path))]),
  );
  // Where the encoder is; a task's own layers lie above it, or in a file of their own.
  const backbone = [...places.values()].find((place) => place?.[2].startsWith('transformer_encoder/'))?.[1];
  const isOld = ![...places.values()].some((place) => place?.[2] === 'reversible_embedding');
  const names = new Map<string, MappedName>();
  for (const [path, place] of places) {
    if (path.startsWith('optimizer/')) continue;
    const [, above = '', layer = '', number = ''] = place ?? [];
    const module = moduleOf(layer, isOld, above === backbone);
    if (layer === 'masked_lm_head' && number === '0')
      names.set(path, { name: 'cls.predictions.bias', transpose: false });
    else if (module !== undefined && (number === '0' || number === '1')) {
      const name = `${module}.${number === '0' ? 'weight' : 'bias'}`;
      names.set(path, { name, transpose: number === '0' && !/embeddings$|LayerNorm$/.test(module) });
    } else names.set(path, { name: path.replaceAll('/', '.'), transpose: false });
  }
  return names;
}

/** A variable of KerasHub's. */
export interface KerasVariable {
  /** whether it is the backbone's; otherwise it is a task's and lies in a file of its own */
  readonly isBackbone: boolean;
  readonly path: string;
  /** where the heads are an axis of their own: last but one, or first */
  readonly heads: 'columns' | 'rows' | undefined;
}

const inverse = (table: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(table).map(([layer, module]) => [module, layer]));

const EMBEDDING_LAYERS = inverse(EMBEDDINGS);
const ENCODER_LAYERS = inverse(LAYER);

/** `self_attention_layer/query_dense` as Keras saves it: a layer's own attributes are private, an attention's public. */
const privately = (layer: string | undefined): string | undefined => layer && `_${layer}`;

/**
 * KerasHub's path of a parameter, as KerasHub 0.32 saves it: the inverse of `nameKerasPaths`.
 * @param name Hugging Face's, with the prefix `bert.`
 * @returns undefined for a parameter that KerasHub's BERTs do not have, and for those of the head that predicts words: it
 *   computes another function (exact gelu, epsilon 1e-5)
 */
export function toKerasPath(name: string): KerasVariable | undefined {
  const [, module = '', part] = /^(.*)\.(weight|bias)$/.exec(name) ?? [];
  const at = (
    isBackbone: boolean,
    layer: string | undefined,
    heads?: 'columns' | 'rows',
  ): KerasVariable | undefined =>
    layer === undefined
      ? undefined
      : { isBackbone, path: `layers/${layer}/vars/${part === 'weight' ? 0 : 1}`, heads };
  if (module === 'bert.pooler.dense') return at(true, 'dense');
  if (module === 'classifier') return at(false, 'dense');
  const [, i, within = ''] = /^bert\.encoder\.layer\.(\d+)\.(.*)$/.exec(module) ?? [];
  if (i !== undefined) {
    const layer = privately(ENCODER_LAYERS.get(within));
    const encoder = i === '0' ? 'transformer_encoder' : `transformer_encoder_${i}`;
    const output = part === 'weight' ? 'rows' : undefined;
    const heads = within.startsWith('attention.self.')
      ? 'columns'
      : within === 'attention.output.dense'
        ? output
        : undefined;
    return at(true, layer && `${encoder}/${layer}`, heads);
  }
  if (module.startsWith('bert.embeddings.'))
    return at(true, EMBEDDING_LAYERS.get(module.slice('bert.embeddings.'.length)));
  return undefined;
}
