/**
 * Names of variables in the TensorFlow Model Garden's BERTs (`full_name` in a checkpoint's object graph; the keys vary
 * from export to export), and Hugging Face's for the same.
 *
 *   Model Garden                                            Hugging Face
 *   transformer/layer_0/self_attention/query/kernel [D, H, K]  bert.encoder.layer.0.attention.self.query.weight [D, D]
 *   transformer/layer_0/self_attention_layer_norm/gamma     bert.encoder.layer.0.attention.output.LayerNorm.weight
 *   next_sentence/pooler_dense/kernel                       bert.pooler.dense.weight
 */

import type { MappedName } from './tf1-names.js';

const MODULES: readonly (readonly [old: RegExp, current: string])[] = [
  [/^word_embeddings\/embeddings$/, 'bert/embeddings/word_embeddings/weight'],
  [/^position_embedding\/embeddings$/, 'bert/embeddings/position_embeddings/weight'],
  [/^type_embeddings\/embeddings$/, 'bert/embeddings/token_type_embeddings/weight'],
  [/^embeddings\/layer_norm\//, 'bert/embeddings/LayerNorm/'],
  [
    /^transformer\/layer_(\d+)\/self_attention\/attention_output\//,
    'bert/encoder/layer/$1/attention/output/dense/',
  ],
  [/^transformer\/layer_(\d+)\/self_attention\//, 'bert/encoder/layer/$1/attention/self/'],
  [
    /^transformer\/layer_(\d+)\/self_attention_layer_norm\//,
    'bert/encoder/layer/$1/attention/output/LayerNorm/',
  ],
  [/^transformer\/layer_(\d+)\/intermediate\//, 'bert/encoder/layer/$1/intermediate/dense/'],
  [/^transformer\/layer_(\d+)\/output\//, 'bert/encoder/layer/$1/output/dense/'],
  [/^transformer\/layer_(\d+)\/output_layer_norm\//, 'bert/encoder/layer/$1/output/LayerNorm/'],
  [/^(pooler_transform|next_sentence\/pooler_dense)\//, 'bert/pooler/dense/'],
  [/^cls\/predictions\/output_bias\/bias$/, 'cls/predictions/bias'],
  [/\/kernel$/, '/weight'],
  [/\/gamma$/, '/weight'],
  [/\/beta$/, '/bias'],
];

/** Hugging Face's name of a variable; one that is not of a BERT comes back recognisable, with dots. */
export function mapTf2Name(variable: string): MappedName {
  const renamed = MODULES.reduce((name, [old, current]) => name.replace(old, current), variable);
  return { name: renamed.replaceAll('/', '.'), transpose: variable.endsWith('/kernel') };
}

/**
 * Shape with the axes of heads merged, as it is row-major: [D, H, K] and [H, K, D] become [D, D], [H, K] becomes [D].
 */
export function mergeHeads(variable: string, shape: readonly number[]): readonly number[] {
  if (variable.endsWith('/bias') && shape.length === 2) return [shape[0] * shape[1]];
  if (!variable.endsWith('/kernel') || shape.length !== 3) return shape;
  const [first, second, third] = shape;
  return variable.endsWith('/attention_output/kernel') ? [first * second, third] : [first, second * third];
}
