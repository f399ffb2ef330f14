/**
 * Names by place, for SavedModels that say nothing but `variables/N`: the number counts a model's variables in the
 * order in which its layers were built. Both orders here are those of real files; heads follow the encoder.
 */

const ATTENTION = ['self.query', 'self.key', 'self.value', 'output.dense'];

const pairs = (names: readonly string[]): string[] =>
  names.flatMap((name) => [`${name}.weight`, `${name}.bias`]);

const EMBEDDINGS: Readonly<Record<ListedOrder, readonly string[]>> = {
  'model-garden': ['word_embeddings', 'position_embeddings', 'token_type_embeddings'],
  'hugging-face': ['word_embeddings', 'token_type_embeddings', 'position_embeddings'],
};

/** Variables of one layer. */
const LAYER = pairs([
  ...ATTENTION.map((part) => `attention.${part}`),
  'attention.output.LayerNorm',
  'intermediate.dense',
  'output.dense',
  'output.LayerNorm',
]);

/** The masked language model's head, as the Model Garden's exports count it: `.mlm`. */
const MASKED_LM = ['bias', ...pairs(['transform.dense', 'transform.LayerNorm'])].map(
  (name) => `cls.predictions.${name}`,
);

/** Whose model was counted: TensorFlow Hub's and the Model Garden's, or a TFBert of `transformers` inside another model. */
export type ListedOrder = 'model-garden' | 'hugging-face';

/**
 * Hugging Face's names of an encoder's variables, in the order in which they are counted.
 * @param count how many variables the encoder has
 * @returns names, those of the masked language model's head last; undefined where no encoder has so many
 */
export function listedNames(order: ListedOrder, count: number): string[] | undefined {
  const embeddings = [
    ...EMBEDDINGS[order].map((name) => `bert.embeddings.${name}.weight`),
    ...pairs(['bert.embeddings.LayerNorm']),
  ];
  const rest = count - embeddings.length;
  const numLayers = Math.floor(rest / LAYER.length);
  const pooler = rest - numLayers * LAYER.length;
  if (numLayers < 1 || (pooler !== 0 && pooler !== 2)) return undefined;
  const layers = Array.from({ length: numLayers }, (_, i) =>
    LAYER.map((name) => `bert.encoder.layer.${i}.${name}`),
  );
  return [
    ...embeddings,
    ...layers.flat(),
    ...(pooler === 2 ? pairs(['bert.pooler.dense']) : []),
    ...(order === 'model-garden' ? MASKED_LM : []),
  ];
}
