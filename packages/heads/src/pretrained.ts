import {
  Bert,
  type BertOptions,
  encoderParameters,
  loadVariables,
  type LoadVariablesOptions,
  type ParameterSpec,
  type ParseConfigOptions,
  type PretrainedConfig,
  readPretrainedConfig,
  type ResolveOptions,
  resolvePretrained,
  type SavePretrainedOptions,
  saveVariables,
} from '@bertune/bert';
import type * as tf from '@tensorflow/tfjs';

import { HeadError } from './errors.js';

/** How a head is loaded: which names may differ, whose words `config.json` speaks, how the encoder computes. */
export type LoadHeadOptions = LoadVariablesOptions & ParseConfigOptions & BertOptions & ResolveOptions;

/** A model's folder and what its configuration says. */
export interface OpenedPretrained {
  readonly directory: string;
  readonly pretrained: PretrainedConfig;
}

/**
 * Finds a model and reads its configuration.
 * @param source path, id on the hub or address: see `resolvePretrained`
 * @throws SourceError, ConfigError, CheckpointError
 */
export async function openPretrained(source: string, options: LoadHeadOptions): Promise<OpenedPretrained> {
  const directory = await resolvePretrained(source, options);
  return { directory, pretrained: await readPretrainedConfig(directory, { flavour: options.flavour }) };
}

/** What a head adds to an encoder, and what `transformers` calls the two together. */
export interface HeadLayout {
  /** class of `transformers` that opens the folder */
  readonly architecture: string;
  /** whether the head reads the pooled output */
  readonly pooler: boolean;
  /** parameters above the encoder */
  readonly parameters: ReadonlyMap<string, ParameterSpec>;
}

/** An encoder and the parameters above it. */
export interface LoadedHead {
  readonly bert: Bert;
  /** those of `HeadLayout.parameters`, in their order */
  readonly own: Map<string, tf.Variable>;
}

/** Key of our own beside `id2label`, which names the positive label of a binary problem only. */
export const NEGATIVE_LABEL = 'negative_label';

/** Heads whose parameters are all called `classifier.*`, so that one would load as another. */
const CLASSIFIERS: readonly string[] = [
  'BertForSequenceClassification',
  'BertForTokenClassification',
  'BertForMultipleChoice',
];

/**
 * Loads an encoder with the parameters of a head. The latter must be in the checkpoint unless `allowMissing` lists them.
 * @throws CheckpointError; HeadError `wrong-task` when the folder says its classifier is of another kind
 */
export async function loadHead(
  directory: string,
  pretrained: PretrainedConfig,
  layout: HeadLayout,
  { recompute, ...options }: LoadVariablesOptions & BertOptions,
): Promise<LoadedHead> {
  const { config, extra } = pretrained;
  refuseOtherClassifiers(pretrained, layout.architecture);
  const specs = new Map([...encoderParameters(config, layout.pooler), ...layout.parameters]);
  const { parameters } = await loadVariables(directory, specs, config, options);
  const isOwn = ([name]: [string, tf.Variable]): boolean => layout.parameters.has(name);
  const encoder = new Map([...parameters].filter((entry) => !isOwn(entry)));
  return {
    bert: new Bert(config, encoder, extra, { recompute }),
    own: new Map([...parameters].filter(isOwn)),
  };
}

/**
 * Saves encoder and head as a folder that `transformers` opens as `layout.architecture`.
 * @param meaning keys of `config.json` that say what the logits mean
 */
export async function saveHead(
  directory: string,
  head: { readonly bert: Bert; readonly parameters: ReadonlyMap<string, tf.Variable> },
  layout: HeadLayout,
  meaning: Readonly<Record<string, unknown>>,
  options: SavePretrainedOptions,
): Promise<void> {
  const { config, extra } = head.bert;
  // What a former head wrote into the file must not speak for this one.
  const former = {
    [NEGATIVE_LABEL]: undefined,
    id2label: undefined,
    label2id: undefined,
    problem_type: undefined,
  };
  const specs = new Map([...encoderParameters(config, layout.pooler), ...layout.parameters]);
  await saveVariables(directory, head.parameters, specs, {
    ...options,
    config,
    architecture: layout.architecture,
    lora: head.bert.lora,
    extra: { ...extra, ...former, ...meaning },
  });
}

function refuseOtherClassifiers({ architectures, source }: PretrainedConfig, architecture: string): void {
  if (!CLASSIFIERS.includes(architecture) || architectures.includes(architecture)) return;
  const other = architectures.find((name) => CLASSIFIERS.includes(name));
  if (other === undefined) return;
  throw new HeadError(
    'wrong-task',
    `${source}: expected ${architecture}, found ${other}, whose classifier means something else. ` +
      'Load it as what it is; or load its encoder with Bert.fromPretrained and put a new head on it with fromEncoder.',
  );
}
