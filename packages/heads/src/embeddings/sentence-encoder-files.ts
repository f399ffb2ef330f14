import { readModelJson, writeModelJson } from '@bertune/bert';

import { HeadError } from '../errors.js';
import type { Pooling } from './pooling.js';

/** What the files of sentence-transformers say of an encoder. */
export interface SentenceEncoderFiles {
  readonly pooling: Pooling;
  readonly normalize: boolean;
  /** tokens of a text at most, special ones included; undefined where the folder does not say */
  readonly maxLength: number | undefined;
}

/** Its word for each pooling; older versions have a flag for each, `pooling_mode_cls_token`. */
const MODES: Readonly<Record<Pooling, readonly [mode: string, flag: string]>> = {
  cls: ['cls', 'pooling_mode_cls_token'],
  mean: ['mean', 'pooling_mode_mean_tokens'],
  max: ['max', 'pooling_mode_max_tokens'],
  'mean-sqrt-length': ['mean_sqrt_len_tokens', 'pooling_mode_mean_sqrt_len_tokens'],
};
const POOLINGS = Object.keys(MODES) as Pooling[];

const MODULES = 'modules.json';
const POOLING_FOLDER = '1_Pooling';
const TEXT_SETTINGS = 'sentence_bert_config.json';

/**
 * Reads `modules.json` and what it names.
 * @returns undefined where the folder is not one of sentence-transformers
 * @throws CheckpointError, ConfigError; HeadError `wrong-task` for modules or poolings there are none of here
 */
export async function readSentenceEncoderFiles(directory: string): Promise<SentenceEncoderFiles | undefined> {
  const modules = await readModelJson(directory, MODULES);
  if (modules === undefined) return undefined;
  const refuse = (name: string, expected: string, found: unknown): HeadError =>
    new HeadError(
      'wrong-task',
      `${directory}/${name}: expected ${expected}, found ${JSON.stringify(found)}.`,
    );
  const list = Array.isArray(modules)
    ? (modules as { readonly type?: unknown; readonly path?: unknown }[])
    : [];
  // `sentence_transformers.models.Pooling`, or from version 6 `….sentence_transformer.modules.pooling.Pooling`
  const kinds = list.map(({ type }) => (typeof type === 'string' ? type.split('.').at(-1) : undefined));
  if (!/^Transformer,Pooling(,Normalize)?$/.test(kinds.join())) {
    throw refuse(MODULES, 'the modules Transformer, Pooling and perhaps Normalize', kinds);
  }
  const [transformer, pooling] = list.map(({ path }) => String(path));
  if (transformer !== '') throw refuse(MODULES, 'a Transformer in the folder itself', transformer);
  const file = `${pooling}/config.json`;
  const settings = (await readModelJson(directory, file)) as Readonly<Record<string, unknown>> | undefined;
  const mode = settings && poolingOf(settings);
  if (!mode)
    throw refuse(file, `one pooling of ${POOLINGS.map((name) => MODES[name][0]).join(', ')}`, settings);
  const text = (await readModelJson(directory, TEXT_SETTINGS)) as
    { readonly max_seq_length?: unknown } | undefined;
  const limit = text?.max_seq_length;
  return {
    pooling: mode,
    normalize: kinds.includes('Normalize'),
    maxLength: typeof limit === 'number' ? limit : undefined,
  };
}

/**
 * Writes the files that `sentence-transformers` opens beside the encoder's own, the list of modules last.
 * @param width D
 * @throws CheckpointError `write-failed`, `not-supported`
 */
export async function writeSentenceEncoderFiles(
  directory: string,
  width: number,
  { pooling, normalize, maxLength }: SentenceEncoderFiles,
): Promise<void> {
  const flags = POOLINGS.map((name): [string, boolean] => [MODES[name][1], name === pooling]);
  await writeModelJson(directory, `${POOLING_FOLDER}/config.json`, {
    word_embedding_dimension: width,
    ...Object.fromEntries(flags),
  });
  if (maxLength !== undefined) {
    await writeModelJson(directory, TEXT_SETTINGS, { max_seq_length: maxLength, do_lower_case: false });
  }
  const modules = [
    ['Transformer', ''],
    ['Pooling', POOLING_FOLDER],
    ...(normalize ? [['Normalize', '2_Normalize']] : []),
  ];
  await writeModelJson(
    directory,
    MODULES,
    modules.map(([kind, path], idx) => ({
      idx,
      name: String(idx),
      path,
      type: `sentence_transformers.models.${kind}`,
    })),
  );
}

/** The one pooling that is switched on; undefined for none, several, or one of another kind. */
function poolingOf(settings: Readonly<Record<string, unknown>>): Pooling | undefined {
  if ('pooling_mode' in settings) return POOLINGS.find((name) => MODES[name][0] === settings.pooling_mode);
  const on = Object.keys(settings).filter((key) => key.startsWith('pooling_mode_') && settings[key] === true);
  return on.length === 1 ? POOLINGS.find((name) => MODES[name][1] === on[0]) : undefined;
}
