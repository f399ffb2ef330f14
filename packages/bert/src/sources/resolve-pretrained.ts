import { sources } from '#sources';

import type { ResolveOptions } from './sources.js';

/**
 * Turns what a user calls a model into a folder that holds it, fetching and unpacking where need be. What is in the
 * cache already is not fetched again; what is fetched is checked by its hash where the server gives one, continued
 * where it was cut off, and appears under its name only when it is whole.
 *
 * | source | example | result |
 * | --- | --- | --- |
 * | folder, weights, prefix of a checkpoint | `./model`, `model.safetensors`, `bert_model.ckpt` | itself |
 * | archive | `uncased_L-12_H-768_A-12.zip`, `.tar`, `.tar.gz`, `.tgz` | the folder in it with the model |
 * | id on the Hugging Face hub | `google-bert/bert-base-uncased`, `bert-base-uncased@main`, its page's address | snapshot in the hub's cache |
 * | TensorFlow Hub | `https://tfhub.dev/tensorflow/bert_en_uncased_L-12_H-768_A-12/4` | unpacked in our cache |
 * | Kaggle | `tensorflow/bert/tensorFlow2/en-uncased-l-12-h-768-a-12/3`, its page's address | unpacked in our cache |
 * | address of an archive, of weights, or of a folder | `https://example.org/model/` | folder in our cache |
 *
 * A path that exists comes before an id. Only the files that loaders need are fetched: config, weights in one format,
 * tokenizer. The hub's cache (`HF_HUB_CACHE`, else `hub` in `HF_HOME`, else `~/.cache/huggingface/hub`) is the one that
 * Python's `huggingface_hub` keeps, in its layout; ours is `models` in `BERTUNE_CACHE`, else in `~/.cache/bertune`.
 * In a browser the result is the address of a folder: files are fetched when they are read.
 * @param source path, id, handle or address
 * @returns path of a folder or file that `openCheckpoint` takes; in a browser an address
 * @throws SourceError see `SourceErrorCode`
 * @example await resolvePretrained('google-bert/bert-base-uncased', { revision: 'main' })
 */
export function resolvePretrained(source: string, options: ResolveOptions = {}): Promise<string> {
  return sources.resolve(source, options);
}
