import type { BertConfig } from '../config.js';
import { CheckpointError } from '../errors.js';
import type { FileToWrite } from '../files.js';
import { type KerasVariable, toKerasPath } from '../names/keras-hub-names.js';
import { toCheckpointName } from '../weight-names.js';
import { jsonFile } from '../saving/json-file.js';
import { type ParametersToSave, unknownParameters } from '../saving/parameter-to-save.js';
import { toDataset } from './keras-dataset.js';
import { type DatasetToWrite, hdf5Bytes } from './write-hdf5.js';

/** The same values with an axis for the heads, as in Keras's attention. */
function withHeads(dataset: DatasetToWrite, heads: KerasVariable['heads'], numHeads: number): DatasetToWrite {
  const { shape } = dataset;
  if (heads === undefined) return dataset;
  const size = shape[heads === 'rows' ? 0 : shape.length - 1];
  const axes = [numHeads, size / numHeads];
  return {
    ...dataset,
    shape: heads === 'rows' ? [...axes, ...shape.slice(1)] : [...shape.slice(0, -1), ...axes],
  };
}

/**
 * A preset that KerasHub opens: `config.json`, `metadata.json` and `model.weights.h5`, and with a classification head
 * `task.json` and `task.weights.h5`. The tokenizer's files are not among them.
 * @param parameters by our names, in memory orientation; asked for one at a time
 * @throws CheckpointError `parameters-mismatch` for a parameter that KerasHub's BERTs do not have; `not-supported` for an
 *   activation or epsilon that they do not compute
 */
export function kerasHubFiles(parameters: ParametersToSave, config: BertConfig): FileToWrite[] {
  const weights = 'model.weights.h5';
  if (config.activation !== 'gelu-tanh' || config.layerNormEpsilon !== 1e-12) {
    const found = `hidden_act ${config.activation}, layer_norm_eps ${config.layerNormEpsilon}`;
    const message = `${weights}: KerasHub's BERT computes the tanh approximation of gelu, with an epsilon of 1e-12; the model has ${found}. Its outputs would differ: save it as Hugging Face's.`;
    throw new CheckpointError('not-supported', message, { file: weights });
  }
  const files = { backbone: [] as DatasetToWrite[], task: [] as DatasetToWrite[] };
  const strangers: string[] = [];
  for (const [ours, parameter] of parameters) {
    const found = toKerasPath(toCheckpointName(ours, 'bert.'));
    if (found === undefined) {
      strangers.push(ours);
      continue;
    }
    const isKernel =
      ours.endsWith('.weight') && parameter.shape.length === 2 && !ours.endsWith('_embeddings.weight');
    files[found.isBackbone ? 'backbone' : 'task'].push(
      withHeads(toDataset(found.path, isKernel, parameter), found.heads, config.numHeads),
    );
  }
  if (strangers.length > 0) throw unknownParameters(weights, strangers, 'a BERT of KerasHub');
  const backbone = kerasBackbone(config);
  const task = kerasObject('bert_text_classifier', 'BertTextClassifier', {
    backbone,
    preprocessor: null,
    num_classes: parameters.get('classifier.bias')?.shape[0],
    activation: null,
    dropout: config.classifierDropout ?? config.hiddenDropout,
    name: 'bert_text_classifier',
  });
  const h5 = (name: string, datasets: readonly DatasetToWrite[]): FileToWrite => ({
    name,
    content: () => hdf5Bytes(datasets),
  });
  return [
    h5(weights, files.backbone),
    ...(files.task.length > 0 ? [h5('task.weights.h5', files.task), jsonFile('task.json', task, 4)] : []),
    jsonFile('metadata.json', { keras_version: '3.15.1', keras_hub_version: '0.32.0' }, 4),
    jsonFile('config.json', backbone, 4),
  ];
}

const kerasObject = (module: string, className: string, config: object): object => ({
  module: `keras_hub.src.models.bert.${module}`,
  class_name: className,
  config,
  registered_name: `keras_hub>${className}`,
});

function kerasBackbone(config: BertConfig): object {
  return kerasObject('bert_backbone', 'BertBackbone', {
    name: 'bert_backbone',
    trainable: true,
    vocabulary_size: config.vocabSize,
    num_layers: config.numLayers,
    num_heads: config.numHeads,
    hidden_dim: config.hiddenSize,
    intermediate_dim: config.intermediateSize,
    dropout: config.hiddenDropout,
    max_sequence_length: config.maxPosition,
    num_segments: config.typeVocabSize,
  });
}
