import { type SaveDtype, SAVE_FORMATS } from '@bertune/bert';

import type { CommandSpec } from '../command-spec.js';
import { BadValue, choice, flag, type Option, type OptionTable } from '../option-kinds.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9 };

/** A size as `transformers` writes it: `500MB`, `5GB`. */
const maxShardSize: Option<number | undefined> = {
  placeholder: 'SIZE',
  help: 'split weights of safetensors into files of at most this size, such as 500MB or 5GB',
  default: undefined,
  defaultText: 'one file',
  parse: (text) => {
    const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([KMG]B)?$/i.exec(text) ?? [];
    const bytes = Number(number || NaN) * (UNITS[unit.toUpperCase()] ?? NaN);
    if (!(bytes >= 1)) throw new BadValue('a size such as 500MB or 5GB');
    return Math.floor(bytes);
  },
};

/** Forms of numbers. */
const dtypes: readonly SaveDtype[] = ['float32', 'float16', 'bfloat16'];

const options = {
  format: choice(
    SAVE_FORMATS,
    "whose files: Hugging Face's, Google's checkpoint, tf_model.h5 of transformers, or a KerasHub preset",
    'safetensors',
  ),
  dtype: choice(dtypes, 'form of the numbers; half precision with safetensors only', 'float32'),
  maxShardSize,
  overwrite: flag('allow DEST to be a directory that is not empty; only files of the same name are replaced'),
};

/** What the parser and the help know of `sentiment convert`. */
export const convertCommand = {
  summary: 'Write a model of any format as the files of one tool',
  positionals: 'SOURCE DEST',
  required: [],
  example: 'sentiment convert uncased_L-12_H-768_A-12.zip bert-base',
  options,
} as const satisfies CommandSpec & { readonly options: OptionTable };
