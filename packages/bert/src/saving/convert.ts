import { fitCheckpoint } from '../checkpoint-fit.js';
import { misfitError } from '../checkpoint-message.js';
import { openCheckpoint } from '../checkpoint-open.js';
import type { Checkpoint } from '../checkpoint.js';
import { isFloat } from '../safetensors/dtype.js';
import { encoderParameters } from '../parameters.js';
import { readPretrainedConfig } from '../pretrained.js';
import { isEncoderParameter, toParameterName } from '../weight-names.js';
import type { ParameterToSave } from './parameter-to-save.js';
import { type SaveOptions, saveParameters } from './save-parameters.js';

/** As what a model is written. */
export type ConvertOptions = Pick<SaveOptions, 'format' | 'dtype' | 'maxShardBytes'>;

/** What a conversion wrote, and what it did not. */
export interface ConvertReport {
  /** file, or index of the files, that was read */
  readonly file: string;
  /** class of `transformers` that the written model is */
  readonly architecture: string;
  /** parameters written, by our names */
  readonly converted: readonly string[];
  /** tensors left out, as the file spells them: buffers, copies of tied weights, and what no BERT has */
  readonly leftOut: readonly string[];
}

/** Copies of weights that are tied to others, unless the configuration says that they are not: the decoder's of the word embeddings, and its bias. */
const TIED = /^cls\.predictions\.decoder\.(weight|bias)$/;

/**
 * Writes a model of any format that can be read in one that can be written: the encoder and every head there is, one
 * tensor at a time, nothing of it on a device. Values are those of the file, to the bit in float32.
 * @param source path of a folder or of the weights in it, see `openCheckpoint`
 * @param directory where to
 * @throws ConfigError, CheckpointError as loading and saving: `parameters-mismatch` when the encoder is not whole, or for a
 *   head that the format has no place for; `not-supported` for a decoder with a weight of its own, but in safetensors
 */
export async function convertPretrained(
  source: string,
  directory: string,
  options: ConvertOptions = {},
): Promise<ConvertReport> {
  const { config, extra, architectures } = await readPretrainedConfig(source);
  const checkpoint = await openCheckpoint(source);
  try {
    const { entries, file } = checkpoint;
    const hasPooler = [...entries.keys()].some((name) => toParameterName(name).startsWith('pooler.'));
    const expected = encoderParameters(config, hasPooler);
    const fit = fitCheckpoint(entries, expected, file);
    if (fit.missing.length > 0 || fit.mismatched.length > 0) {
      throw await misfitError({ ...fit, unexpected: [], unused: [] }, checkpoint, expected);
    }
    const isUntied = extra.tie_word_embeddings === false;
    const isHead = (name: string): boolean => {
      const { dtype } = entries.get(name) ?? { dtype: '' };
      return !isEncoderParameter(toParameterName(name)) && (isUntied || !TIED.test(name)) && isFloat(dtype);
    };
    const names = [...[...fit.found.values()].map(({ name }) => name), ...fit.unused.filter(isHead)];
    const parameters = new Map(names.map((name) => [toParameterName(name), stored(checkpoint, name)]));
    const architecture = architectureOf([...parameters.keys()], architectures);
    await saveParameters(directory, parameters, { ...options, config, extra, architecture });
    const converted = [...parameters.keys()];
    return {
      file,
      architecture,
      converted,
      leftOut: [...entries.keys()].filter((name) => !names.includes(name)),
    };
  } finally {
    await checkpoint.close();
  }
}

/** A tensor as it lies in the file, [out, in], which each writer turns where it must. */
function stored(checkpoint: Checkpoint, name: string): ParameterToSave {
  const shape = checkpoint.entries.get(name)?.shape ?? [];
  return { shape, transpose: false, values: () => checkpoint.read(name) };
}

/** Heads by the classes of `transformers` that have them. */
const CLASSES: readonly (readonly [architecture: string, heads: readonly string[]])[] = [
  ['BertForQuestionAnswering', ['qa_outputs']],
  ['BertForSequenceClassification', ['classifier']],
  ['BertForTokenClassification', ['classifier']],
  ['BertForMultipleChoice', ['classifier']],
  ['BertForPreTraining', ['cls.predictions', 'cls.seq_relationship']],
  ['BertForMaskedLM', ['cls.predictions']],
  ['BertForNextSentencePrediction', ['cls.seq_relationship']],
];

/** The class that the file names where it has the heads of it, else the first that has all heads there are. */
function architectureOf(parameters: readonly string[], named: readonly string[]): string {
  const has = (head: string): boolean => parameters.some((name) => name.startsWith(`${head}.`));
  const possible = CLASSES.filter(([, heads]) => heads.every(has)).map(([architecture]) => architecture);
  return named.find((architecture) => possible.includes(architecture)) ?? possible[0] ?? 'BertModel';
}
