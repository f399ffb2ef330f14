import type { BertConfig } from '../config.js';
import { bertConfigToGoogleJson } from '../config-json.js';
import type { FileToWrite } from '../files.js';
import { isKnown } from '../names/mapped-name.js';
import { mapTf1Name, toTf1Name } from '../names/tf1-names.js';
import { jsonFile } from '../saving/json-file.js';
import { type ParametersToSave, unknownParameters } from '../saving/parameter-to-save.js';
import { toCheckpointName, transposed } from '../weight-names.js';
import { bundleFiles } from './write-bundle.js';

/** Name of the checkpoint in Google's releases. */
const GOOGLE_CHECKPOINT = 'bert_model.ckpt';

/**
 * What Google's scripts (google-research/bert) and their many followers load: a checkpoint of TensorFlow 1 under its names,
 * and `bert_config.json`. The vocabulary and the graph (`.meta`, which loading does not need) are not among them.
 * @param parameters by our names, in memory orientation; asked for one at a time
 * @throws CheckpointError `parameters-mismatch` for a parameter that no BERT has
 */
export function googleFiles(parameters: ParametersToSave, config: BertConfig): FileToWrite[] {
  const strangers = [...parameters.keys()].filter(
    (ours) => !isKnown(mapTf1Name(toTf1Name(toCheckpointName(ours, 'bert.')).name)),
  );
  if (strangers.length > 0) throw unknownParameters(GOOGLE_CHECKPOINT, strangers, "Google's BERT");
  const tensors = [...parameters].map(([ours, parameter]) => {
    const { name, transpose } = toTf1Name(toCheckpointName(ours, 'bert.'));
    const { shape } = parameter;
    // In memory a parameter with `transpose` is [in, out]; a kernel is so in the file, an output layer is not.
    const turn = shape.length === 2 && parameter.transpose !== transpose;
    const [rows, columns] = shape;
    return {
      name,
      shape: turn ? [columns, rows] : shape,
      values: async () => (turn ? transposed(await parameter.values(), rows, columns) : parameter.values()),
    };
  });
  return [
    ...bundleFiles(GOOGLE_CHECKPOINT, tensors),
    jsonFile('bert_config.json', bertConfigToGoogleJson(config)),
  ];
}
