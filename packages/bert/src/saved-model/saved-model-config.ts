import { sizesOfShapes } from '../checkpoint-sizes.js';
import { CONFIG_FIELDS, type ConfigField } from '../config-fields.js';
import { type BertConfig, createBertConfig } from '../config.js';
import { ConfigError, type ConfigProblem } from '../errors.js';
import { inferredLabels, labelMaps } from '../inferred-labels.js';
import { mergeHeads } from '../mapped-checkpoint.js';
import { openTensorBundle } from '../tensor-bundle/bundle-reader.js';
import { nameTensors } from '../tensor-bundle/tensorflow-checkpoint.js';
import { toParameterName } from '../weight-names.js';
import { readKerasLoss } from './keras-metadata.js';
import { variablesOf } from './find-saved-model.js';

const QUERY = 'encoder.layer.0.attention.self.query.weight';

/** Width of a head in every BERT that was released. */
const HEAD_WIDTH = 64;

/** What weights say of their model. */
interface Inferred {
  readonly config: BertConfig;
  /** C, logits of the head; undefined where there is none */
  readonly logits: number | undefined;
}

/** Shapes by our names, once as in the file and once in Hugging Face's layout. */
function infer(shapes: ReadonlyMap<string, readonly number[]>, isTf1: boolean, source: string): Inferred {
  const merged = (name: string): readonly number[] | undefined => {
    const shape = shapes.get(name);
    return shape && mergeHeads(name, shape);
  };
  const transposed = (name: string): readonly number[] | undefined =>
    name.endsWith('_embeddings.weight') ? merged(name) : merged(name)?.toReversed();
  const sizes = sizesOfShapes(shapes.keys(), transposed);
  const problems: ConfigProblem[] = [];
  const size = (field: ConfigField): number => {
    const { upstream } = CONFIG_FIELDS[field];
    const value = sizes.get(upstream);
    if (value === undefined)
      problems.push({ field: upstream, expected: 'a variable that tells', found: undefined });
    return value ?? 1;
  };
  const query = shapes.get(QUERY);
  const hiddenSize = size('hiddenSize');
  const numHeads = query?.length === 3 ? query[1] : hiddenSize / HEAD_WIDTH;
  const fields = {
    vocabSize: size('vocabSize'),
    hiddenSize,
    numLayers: size('numLayers'),
    intermediateSize: size('intermediateSize'),
    maxPosition: size('maxPosition'),
    typeVocabSize: size('typeVocabSize'),
  };
  if (!Number.isInteger(numHeads)) {
    const expected = `a multiple of ${HEAD_WIDTH}, as no kernel shows the heads`;
    problems.push({ field: 'hidden_size', expected, found: String(hiddenSize) });
  }
  if (problems.length > 0) {
    const lines = problems.map(
      ({ field, expected, found }) => `  ${field}: expected ${expected}, found ${found ?? 'none'}`,
    );
    const message = `${source}: the variables do not tell the configuration of a BERT.\n${lines.join('\n')}\nPut the model's config.json beside it.`;
    throw new ConfigError('invalid-config', source, problems, message);
  }
  // A TFBert inside another model keeps the axes of heads merged, and its default is the exact error function.
  const activation = query?.length === 3 || isTf1 ? 'gelu-tanh' : 'gelu';
  return {
    config: createBertConfig({ ...fields, numHeads, activation }),
    logits: shapes.get('classifier.bias')?.[0],
  };
}

/** What a head's logits mean, as Hugging Face's `config.json` says it, as far as the loss tells. */
function meaning(logits: number, loss: string | undefined): Record<string, unknown> {
  const labels = inferredLabels(logits);
  switch (loss?.replaceAll('_', '').toLowerCase()) {
    case 'binarycrossentropy':
      // One logit tells two labels apart.
      return {
        ...(logits === 1 ? { ...labelMaps(['LABEL_1']), negative_label: 'LABEL_0' } : labels),
        problem_type: 'multi_label_classification',
      };
    case 'meansquarederror':
      return { ...labels, problem_type: 'regression' };
    default:
      return labels;
  }
}

/**
 * The configuration of a SavedModel, which has no file of it: sizes from the shapes of its variables, heads from the
 * axis [D, H, K] of the attention kernels (D / 64 where the axis is merged), `gelu-tanh` as in every BERT of Google,
 * and otherwise BERT's own defaults (dropout 0.1, epsilon 1e-12, deviation 0.02, padding 0). Of a head on it the labels are
 * `LABEL_0`, …; a model compiled with a binary cross-entropy is a binary or multi-label one.
 * @param savedModel path of the folder
 * @throws CheckpointError as `openTensorBundle`; ConfigError `invalid-config` when the variables are not those of a BERT
 */
export async function inferSavedModelConfig(
  savedModel: string,
): Promise<{ config: BertConfig; extra: Readonly<Record<string, unknown>> }> {
  const bundle = await openTensorBundle(variablesOf(savedModel));
  try {
    const { names, isTf1 } = await nameTensors(bundle);
    const shapes = new Map<string, readonly number[]>();
    for (const [key, { name }] of names)
      shapes.set(toParameterName(name), bundle.entries.get(key)?.shape ?? []);
    const { config, logits } = infer(shapes, isTf1, savedModel);
    const extra = logits === undefined ? {} : meaning(logits, await readKerasLoss(savedModel));
    return { config, extra };
  } finally {
    await bundle.close();
  }
}
