/**
 * Names of variables in the TensorFlow Model Garden's BERTs and their exports to TensorFlow Hub (`full_name` in a
 * checkpoint's object graph; the keys vary from export to export), and Hugging Face's for the same.
 *
 *   Model Garden                                            Hugging Face
 *   transformer/layer_0/self_attention/query/kernel [D, H, K]  bert.encoder.layer.0.attention.self.query.weight [D, D]
 *   transformer/layer_0/self_attention_layer_norm/gamma     bert.encoder.layer.0.attention.output.LayerNorm.weight
 *   next_sentence/pooler_dense/kernel                       bert.pooler.dense.weight
 *   next_sentence/logits/kernel [D, 2]                      cls.seq_relationship.weight [2, D]
 *   sentence_prediction/logits/kernel [D, C]                classifier.weight [C, D]
 *
 * Its first generation (2019) called some of them otherwise: `BERT_NAME_REPLACEMENTS` of its converter.
 * @see https://github.com/tensorflow/models/blob/v2.12.0/official/legacy/bert/tf1_checkpoint_converter_lib.py
 */

import type { MappedName } from './mapped-name.js';

const FIRST_GENERATION: readonly (readonly [old: RegExp, current: string])[] = [
  [/^bert_model\/encoder\//, 'transformer/'],
  [/^bert_model\/embedding_postprocessor\/layer_norm\//, 'embeddings/layer_norm/'],
  [/^bert_model\/embedding_postprocessor\/position_embeddings$/, 'position_embedding/embeddings'],
  [/^bert_model\/embedding_postprocessor\/type_embeddings$/, 'type_embeddings/embeddings'],
  [/^bert_model\//, ''],
  [/^(transformer\/layer_\d+)\/self_attention_output\//, '$1/self_attention/attention_output/'],
];

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
  [/^next_sentence\/logits\//, 'cls/seq_relationship/'],
  [/^sentence_prediction\/logits\//, 'classifier/'],
  [/^cls\/predictions\/output_bias\/bias$/, 'cls/predictions/bias'],
  [/\/kernel$/, '/weight'],
  [/\/gamma$/, '/weight'],
  [/\/beta$/, '/bias'],
];

/** Hugging Face's name of a variable; one that is not of a BERT comes back recognisable, with dots. */
export function mapTf2Name(variable: string): MappedName {
  const renamed = [...FIRST_GENERATION, ...MODULES].reduce(
    (name, [old, current]) => name.replace(old, current),
    variable,
  );
  return { name: renamed.replaceAll('/', '.'), transpose: variable.endsWith('/kernel') };
}
