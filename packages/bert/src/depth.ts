import type { BertConfig } from './config.js';

/** How deep a model is. */
type Depth = Pick<BertConfig, 'numLayers'>;

/**
 * How far above the input a parameter is: 0 for the embeddings, i + 1 for encoder layer i, L + 1 for everything above the
 * encoder: pooler and heads.
 * @param name ours, without the `bert.` prefix
 */
export function parameterDepth(name: string, { numLayers }: Depth): number {
  if (name.startsWith('embeddings.')) return 0;
  const layer = /^encoder\.layer\.(\d+)\./.exec(name)?.[1];
  return layer === undefined ? numLayers + 1 : Number(layer) + 1;
}

/**
 * Layer-wise decay of the learning rate: lower layers, which know more of the language and less of the task, move more
 * slowly. A parameter of depth d has the factor `decay ^ (L + 1 - d)`, so pooler and heads have 1.
 * @param decay factor from one layer to the one below it, above 0, usually 0.8 to 0.95
 * @returns factor on the learning rate by name: `learningRateScale` of `@bertune/train`
 * @see Howard and Ruder, "Universal Language Model Fine-tuning" (2018), discriminative fine-tuning
 */
export function layerwiseDecay(decay: number, config: Depth): (name: string) => number {
  return (name) => decay ** (config.numLayers + 1 - parameterDepth(name, config));
}

/**
 * Gradual unfreezing from the top: pooler and heads are trained from the first epoch on, and with each further epoch as
 * many more layers as are asked for, the embeddings being the last.
 * @param layersPerEpoch an integer of at least 1
 * @returns epoch, from 0, from which on a parameter is trained, by name: `trainFrom` of `@bertune/train`
 * @see Howard and Ruder, "Universal Language Model Fine-tuning" (2018), gradual unfreezing
 */
export function gradualUnfreezing(layersPerEpoch: number, config: Depth): (name: string) => number {
  return (name) => Math.ceil((config.numLayers + 1 - parameterDepth(name, config)) / layersPerEpoch);
}
