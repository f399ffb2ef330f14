import type { FileToWrite } from '../files.js';
import { toHuggingFaceTfName } from '../names/hugging-face-tf-names.js';
import { toCheckpointName } from '../weight-names.js';
import { type DatasetToWrite, hdf5Bytes } from './write-hdf5.js';
import { type ParametersToSave, unknownParameters } from '../saving/parameter-to-save.js';
import { toDataset } from './keras-dataset.js';
import type { Texts } from './write-messages.js';

/** Where Keras keeps a list of texts that is too long for one attribute, as it does: `weight_names0`, `weight_names1`, …. */
const LONGEST_LIST = 64_512;

/** An attribute of texts, in several parts where it would be too long. */
function* listed(name: string, texts: readonly string[]): Generator<[string, readonly string[]]> {
  const longest = Math.max(1, ...texts.map((text) => new TextEncoder().encode(text).length));
  const most = Math.max(1, Math.floor(LONGEST_LIST / longest));
  if (texts.length <= most) yield [name, texts];
  else
    for (let i = 0; i * most < texts.length; i++)
      yield [`${name}${i}`, texts.slice(i * most, (i + 1) * most)];
}

/** `TFBertForMaskedLM` as Keras names a model of that class: `tf_bert_for_masked_lm`. */
const modelName = (architecture: string): string =>
  `TF${architecture}`
    .replaceAll(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/**
 * `tf_model.h5` as the TensorFlow classes of `transformers` save it, which they open with the `config.json` of Hugging Face
 * beside it.
 * @param parameters by our names, in memory orientation: kernels [in, out], as here; asked for one at a time
 * @param architecture class of PyTorch, such as `BertForSequenceClassification`
 * @throws CheckpointError `parameters-mismatch` for a parameter that such a model does not have
 */
export function tfModelFile(parameters: ParametersToSave, architecture: string): FileToWrite {
  const name = 'tf_model.h5';
  const model = modelName(architecture);
  const layers = new Map<string, string[]>();
  const strangers: string[] = [];
  const datasets: DatasetToWrite[] = [];
  // The head that predicts words holds the embeddings too, which it shares: the same datasets, under two names.
  const isShared = (ours: string): boolean =>
    ours.startsWith('embeddings.') && parameters.has('cls.predictions.bias');
  for (const [ours, parameter] of parameters) {
    const found = toHuggingFaceTfName(toCheckpointName(ours, 'bert.'), model);
    if (found === undefined) {
      strangers.push(ours);
      continue;
    }
    const { layer, weight } = found;
    const [path, ...links] = [layer, ...(isShared(ours) ? ['mlm___cls'] : [])].map((owner) => {
      layers.set(owner, [...(layers.get(owner) ?? []), weight]);
      return `${owner}/${weight}`;
    });
    datasets.push({ ...toDataset(path, weight.endsWith('/kernel:0'), parameter), links });
  }
  if (strangers.length > 0) throw unknownParameters(name, strangers, `TF${architecture}`);
  const attributes = new Map<string, ReadonlyMap<string, Texts>>([
    [
      '',
      new Map<string, Texts>([
        ...listed('layer_names', [...layers.keys()]),
        ['backend', 'tensorflow'],
        ['keras_version', '2.15.0'],
      ]),
    ],
    ...[...layers].map(
      ([layer, weights]) => [layer, new Map<string, Texts>(listed('weight_names', weights))] as const,
    ),
  ]);
  return { name, content: () => hdf5Bytes(datasets, attributes) };
}
