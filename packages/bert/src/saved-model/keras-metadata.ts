import { files } from '#files';

import { scanJson } from '../json-scan.js';
import { protoFields } from '../tensor-bundle/protobuf.js';

const METADATA = 'keras_metadata.pb';

/** Largest file that is read; one of a BERT with all its layers has about a megabyte. */
const LARGEST = 16 * 2 ** 20;

/** How deep and how many objects and lists it may have, many times what such a file has. */
const DEEPEST = 1000;
const MOST_OBJECTS = 1_000_000;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON of each object of the model that Keras saved, by the way to it, such as `root`. */
function metadataByPath(bytes: Uint8Array): Map<string, string> {
  const fault = (found: string): Error => new Error(found);
  const result = new Map<string, string>();
  for (const { number, bytes: object } of protoFields(bytes, fault)) {
    if (number !== 1) continue;
    const texts = new Map(
      [...protoFields(object, fault)].map((field) => [field.number, new TextDecoder().decode(field.bytes)]),
    );
    result.set(texts.get(3) ?? '', texts.get(5) ?? '');
  }
  return result;
}

/** Name of a loss: Keras writes a class with its configuration, a function's name, or either in a list of one. */
function lossName(loss: unknown): string | undefined {
  if (typeof loss === 'string') return loss;
  if (Array.isArray(loss)) return loss.length === 1 ? lossName(loss[0]) : undefined;
  if (!isObject(loss)) return undefined;
  if (typeof loss.class_name === 'string') return loss.class_name;
  const losses = Object.values(loss);
  return losses.length === 1 ? lossName(losses[0]) : undefined;
}

/**
 * The loss that a SavedModel of Keras was compiled with, as Keras names it: `BinaryCrossentropy` or
 * `binary_crossentropy`. The file is a hint, so that anything wrong with it is as if it were not there.
 * @param savedModel path of the folder
 * @see https://github.com/tensorflow/tensorflow/blob/v2.12.0/tensorflow/python/keras/protobuf/saved_metadata.proto
 */
export async function readKerasLoss(savedModel: string): Promise<string | undefined> {
  const path = files.join(savedModel, METADATA);
  if (!(await files.exists(path))) return undefined;
  const file = await files.open(path);
  try {
    if (file.size > LARGEST) return undefined;
    const bytes = new Uint8Array(file.size);
    await file.read(bytes, 0);
    const text = metadataByPath(bytes).get('root') ?? 'null';
    if (scanJson(text, DEEPEST, MOST_OBJECTS).isBomb) return undefined;
    const root: unknown = JSON.parse(text);
    const training = isObject(root) ? root.training_config : undefined;
    return isObject(training) ? lossName(training.loss) : undefined;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
