/** Weights that a repository or folder may hold, in the order in which `openCheckpoint` looks: file, or list of files. */
const SETS = [
  { entry: 'model.safetensors', index: false },
  { entry: 'model.safetensors.index.json', index: true },
  { entry: 'pytorch_model.bin', index: false },
  { entry: 'pytorch_model.bin.index.json', index: true },
  { entry: 'tf_model.h5', index: false },
  { entry: 'tf_model.h5.index.json', index: true },
  { entry: 'model.weights.h5', index: false },
] as const;

/** What goes with the weights, whatever their format. */
export const COMPANIONS: readonly string[] = [
  'config.json',
  'bert_config.json',
  'vocab.txt',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  // KerasHub's
  'task.json',
  'task.weights.h5',
  'metadata.json',
  'preprocessor.json',
  'assets/tokenizer/vocabulary.txt',
];

/** Weights in one format. */
export interface WeightFiles {
  /** files of it that are known by their names */
  readonly files: readonly string[];
  /** list in which the other files' names are to be read; one of `files` */
  readonly index?: string;
}

/** Names that weights are kept under, for folders that cannot be listed. */
export const WEIGHT_NAMES: readonly string[] = [...SETS.map(({ entry }) => entry), 'saved_model.pb'];

/** Whether a name is one of weights in a file of their own. */
export const isWeightsFile = (name: string): boolean =>
  /\.(safetensors|bin|pt|pth|h5)$|\.index\.json$/.test(name);

/**
 * Chooses the weights in one format among names of files, with `/` between folder and name.
 * @returns undefined where there are none that this package reads
 */
export function chooseWeights(names: readonly string[]): WeightFiles | undefined {
  const set = SETS.find(({ entry }) => names.includes(entry));
  if (set) return set.index ? { files: [set.entry], index: set.entry } : { files: [set.entry] };
  if (names.includes('saved_model.pb') || names.includes('variables/variables.index')) {
    const belongs =
      /^(saved_model\.pb|keras_metadata\.pb|fingerprint\.pb|variables\/variables\.[\w.-]+|assets\/[\w.-]+)$/;
    return { files: names.filter((name) => belongs.test(name)) };
  }
  const prefix = names.find((name) => /^[^/]+\.index$/.test(name))?.replace(/index$/, '');
  const files =
    prefix === undefined ? [] : names.filter((name) => name.startsWith(prefix) && !name.endsWith('.meta'));
  return files.some((name) => name.includes('.data-')) ? { files } : undefined;
}

/** Files named in a list of shards (`weight_map` in `NAME.index.json`); undefined where it is none, or names leave the folder. */
export function shardsOf(index: unknown): string[] | undefined {
  const map = (index as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== 'object' || map === null) return undefined;
  const names = [...new Set(Object.values(map) as unknown[])];
  return names.every((name) => typeof name === 'string' && /^[\w][\w.-]*$/.test(name))
    ? (names as string[])
    : undefined;
}
