import { CONFIG_FIELDS } from './config-fields.js';

/** Shape of a parameter as on disk, by our name; `undefined` when there is no such parameter. */
export type ShapeOf = (parameter: string) => readonly number[] | undefined;

/** Sizes of a BERT by their upstream names, as far as they are known. */
export type Sizes = ReadonlyMap<string, number>;

/** Sizes that the shapes of a model's parameters give away. */
export function sizesOfShapes(names: Iterable<string>, shapeOf: ShapeOf): Sizes {
  const sizes = new Map<string, number>();
  const set = (key: string, size: number | undefined): void => {
    if (size !== undefined) sizes.set(key, size);
  };
  const word = shapeOf('embeddings.word_embeddings.weight');
  set('vocab_size', word?.[0]);
  set('hidden_size', word?.[1]);
  set('max_position_embeddings', shapeOf('embeddings.position_embeddings.weight')?.[0]);
  set('type_vocab_size', shapeOf('embeddings.token_type_embeddings.weight')?.[0]);
  set('intermediate_size', shapeOf('encoder.layer.0.intermediate.dense.weight')?.[0]);
  const layers = new Set<string>();
  for (const name of names) {
    const layer = /^encoder\.layer\.(\d+)\./.exec(name)?.[1];
    if (layer !== undefined) layers.add(layer);
  }
  if (layers.size > 0) set('num_hidden_layers', layers.size);
  return sizes;
}

/** The same sizes from a parsed configuration file, whatever else is wrong with it. */
export function sizesOfConfig(json: unknown): Sizes {
  const sizes = new Map<string, number>();
  if (typeof json !== 'object' || json === null) return sizes;
  const keys = new Set(Object.values(CONFIG_FIELDS).map(({ upstream }) => upstream));
  for (const [key, value] of Object.entries(json)) {
    if (typeof value === 'number' && keys.has(key)) sizes.set(key, value);
  }
  return sizes;
}

/**
 * Where model, weights and configuration file disagree, and which of the three is most likely wrong.
 * @param configFile path of the configuration; `undefined` when there is none beside the weights
 * @returns lines for a person; none when the sizes agree
 */
export function describeSizes(
  model: Sizes,
  weights: Sizes,
  config: Sizes,
  configFile: string | undefined,
): string[] {
  const lines: string[] = [];
  let modelIsOdd = false;
  let configIsOdd = false;
  for (const [key, wanted] of model) {
    const stored = weights.get(key);
    const stated = configFile === undefined ? undefined : config.get(key);
    if (stored === undefined || (stored === wanted && (stated ?? stored) === stored)) continue;
    const says = stated === undefined ? '' : `, ${configFile} says ${stated}`;
    lines.push(`${key}: the model has ${wanted}, the weights have ${stored}${says}`);
    if (stated === undefined) continue;
    if (stated === stored) modelIsOdd = true;
    else configIsOdd = true;
  }
  if (configIsOdd)
    lines.push('The configuration does not belong to these weights: fetch both from the same place.');
  else if (modelIsOdd) lines.push('Build the model from the configuration beside the weights.');
  return lines;
}
