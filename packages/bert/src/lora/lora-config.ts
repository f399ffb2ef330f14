import { ConfigError, type ConfigProblem } from '../errors.js';

/** How the affine maps of an encoder are adapted. Names and defaults are those of `peft.LoraConfig`. */
export interface LoraConfig {
  /** columns of A and rows of B; PEFT's `r`; default 8 */
  readonly rank: number;
  /** what the change is scaled by, over the rank; PEFT's `lora_alpha`; default 8 */
  readonly alpha: number;
  /** share of the input that A does not see in training; PEFT's `lora_dropout`; default 0 */
  readonly dropout: number;
  /**
   * which maps are adapted: ends of their names, such as `query` or `attention.output.dense`; a regular expression for the
   * whole name; or `all-linear`. PEFT's `target_modules`; default `query` and `value`
   */
  readonly targets: readonly string[] | string;
  /** layers that are adapted, from 0; PEFT's `layers_to_transform`; default: all */
  readonly layers: readonly number[] | undefined;
  /** which biases of the encoder are trained: none, all, or those of the adapted maps; default `none` */
  readonly bias: 'none' | 'all' | 'lora_only';
  /** modules of the encoder that are trained in full, such as `pooler`; PEFT's `modules_to_save`; default: none */
  readonly modulesToSave: readonly string[];
  /** whether the change is scaled by alpha over the root of the rank (arXiv:2312.03732); PEFT's `use_rslora`; default false */
  readonly rankStabilized: boolean;
}

/** Options of which any may be absent. */
export type LoraOptions = { readonly [Field in keyof LoraConfig]?: LoraConfig[Field] | undefined };

const DEFAULTS: LoraConfig = {
  rank: 8,
  alpha: 8,
  dropout: 0,
  targets: ['query', 'value'],
  layers: undefined,
  bias: 'none',
  modulesToSave: [],
  rankStabilized: false,
};

/** What of PEFT's options would change the numbers and is not done here; each must be absent, empty or off. */
const NOT_DONE = [
  'use_dora',
  'use_qalora',
  'use_bdlora',
  'lora_bias',
  'fan_in_fan_out',
  'rank_pattern',
  'alpha_pattern',
  'layer_replication',
  'target_parameters',
  'trainable_token_indices',
  'exclude_modules',
  'arrow_config',
  'alora_invocation_tokens',
] as const;

/**
 * Fills in defaults and checks.
 * @param source what the values came from, for messages
 * @throws ConfigError `invalid-config` with every problem
 */
export function createLoraConfig(options: LoraOptions = {}, source = 'LoRA options'): LoraConfig {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const config = { ...DEFAULTS, ...Object.fromEntries(given) };
  const problems: ConfigProblem[] = [];
  const check = (field: keyof LoraConfig, holds: boolean, expected: string): void => {
    if (!holds) problems.push({ field, expected, found: JSON.stringify(config[field]) });
  };
  const { rank, alpha, dropout, targets, layers, bias } = config;
  check('rank', Number.isSafeInteger(rank) && rank >= 1, 'an integer of at least 1');
  check('alpha', Number.isFinite(alpha) && alpha > 0, 'a number above 0');
  check('dropout', dropout >= 0 && dropout < 1, 'a number in [0, 1)');
  check('targets', targets.length > 0, 'at least one');
  check(
    'layers',
    layers?.every((layer) => Number.isSafeInteger(layer) && layer >= 0) ?? true,
    'layers, from 0',
  );
  check('bias', ['none', 'all', 'lora_only'].includes(bias), 'none, all or lora_only');
  throwIfAny(source, problems);
  return config;
}

/** Scale of the change. */
export function loraScale({ rank, alpha, rankStabilized }: LoraConfig): number {
  return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
}

/**
 * Reads PEFT's `adapter_config.json`.
 * @param source file, for messages
 * @throws ConfigError `invalid-config`
 */
export function parseLoraConfig(json: unknown, source: string): LoraConfig {
  const fields = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const problems: ConfigProblem[] = [];
  const take = <Value>(
    field: string,
    holds: (value: unknown) => boolean,
    expected: string,
  ): Value | undefined => {
    const value = fields[field] ?? undefined;
    if (value === undefined) return undefined;
    if (!holds(value)) problems.push({ field, expected, found: JSON.stringify(value) });
    return value as Value;
  };
  const isNumber = (value: unknown): boolean => typeof value === 'number';
  const isFlag = (value: unknown): boolean => typeof value === 'boolean';
  const isTexts = (value: unknown): boolean =>
    Array.isArray(value) && value.every((each) => typeof each === 'string');
  if (fields.peft_type !== 'LORA') {
    problems.push({ field: 'peft_type', expected: '"LORA"', found: JSON.stringify(fields.peft_type) });
  }
  for (const field of NOT_DONE) {
    if (isOff(fields[field])) continue;
    problems.push({ field, expected: 'off: it is not supported', found: JSON.stringify(fields[field]) });
  }
  const layers = take<number | number[]>(
    'layers_to_transform',
    (value) => [value].flat().every(isNumber),
    'a layer or a list of layers',
  );
  const options: LoraOptions = {
    rank: take('r', isNumber, 'a number'),
    alpha: take('lora_alpha', isNumber, 'a number'),
    dropout: take('lora_dropout', isNumber, 'a number'),
    targets: take(
      'target_modules',
      (value) => typeof value === 'string' || isTexts(value),
      'a text or a list of texts',
    ),
    layers: layers === undefined ? undefined : [layers].flat(),
    bias: take('bias', (value) => typeof value === 'string', 'a text'),
    modulesToSave: take('modules_to_save', isTexts, 'a list of texts'),
    rankStabilized: take('use_rslora', isFlag, 'true or false'),
  };
  throwIfAny(source, problems);
  return createLoraConfig(options, source);
}

/** PEFT's `adapter_config.json`, as far as it says something of a BERT. */
export function loraConfigToJson(
  config: LoraConfig,
  rest: { readonly taskType: string | undefined; readonly baseModel: string | undefined },
): Record<string, unknown> {
  return {
    base_model_name_or_path: rest.baseModel ?? null,
    bias: config.bias,
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    layers_to_transform: config.layers ?? null,
    lora_alpha: config.alpha,
    lora_dropout: config.dropout,
    modules_to_save: config.modulesToSave.length > 0 ? config.modulesToSave : null,
    peft_type: 'LORA',
    r: config.rank,
    target_modules: config.targets,
    task_type: rest.taskType ?? null,
    use_dora: false,
    use_rslora: config.rankStabilized,
  };
}

function isOff(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function throwIfAny(source: string, problems: readonly ConfigProblem[]): void {
  if (problems.length === 0) return;
  const list = problems.map(
    ({ field, expected, found }) => `${field}: expected ${expected}, found ${found ?? 'nothing'}`,
  );
  throw new ConfigError('invalid-config', source, problems, `${source}: ${list.join('; ')}.`);
}
