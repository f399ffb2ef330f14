import { directory } from '#directory';

/**
 * Where the model lies: `config.json`, `model.safetensors`, `vocab.txt` and the other files of a tokenizer in Hugging
 * Face's layout. A path in Node, an address in browsers; `fromPretrained` of `@bertune/bert`, `@bertune/heads` and
 * `@bertune/tokenizer` takes either.
 */
export const modelDirectory: string = directory;
