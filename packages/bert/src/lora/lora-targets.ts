import type { BertConfig } from '../config.js';
import { ConfigError } from '../errors.js';
import { encoderParameters } from '../parameters.js';
import type { LoraConfig } from './lora-config.js';

/** An affine map that is adapted. */
export interface LoraTarget {
  /** name of the module, such as `encoder.layer.0.attention.self.query` */
  readonly module: string;
  /** width I of its input */
  readonly input: number;
  /** width O of its output */
  readonly output: number;
}

/** Name of A below its module, [I, R] in memory and [R, I] in files. */
export const LORA_A = 'lora_A.weight';
/** Name of B below its module, [R, O] in memory and [O, R] in files. */
export const LORA_B = 'lora_B.weight';

/** Whether a parameter is an A or a B. */
export function isLoraParameter(name: string): boolean {
  return name.endsWith(`.${LORA_A}`) || name.endsWith(`.${LORA_B}`);
}

/**
 * The maps that a configuration names, in data-flow order. A name in the list must match as in PEFT: the whole name of a
 * module, or its end after a dot.
 * @throws ConfigError `invalid-config` for a target, or a layer, that there is not, listing those there are
 */
export function loraTargets(config: BertConfig, lora: LoraConfig, pooler: boolean): LoraTarget[] {
  const maps = [...encoderParameters(config, pooler)]
    .filter(([, { transpose }]) => transpose)
    .map(([name, { shape }]): LoraTarget => {
      return { module: name.replace(/\.weight$/, ''), input: shape[0], output: shape[1] };
    });
  const { targets, layers } = lora;
  const patterns = typeof targets === 'string' ? [targets] : targets;
  const matches = typeof targets === 'string' ? matchesPattern : matchesEnd;
  const unknown = patterns.filter((target) => !maps.some(({ module }) => matches(module, target)));
  if (unknown.length > 0) throw unknownTargets(unknown, maps);
  const beyond = layers?.filter((layer) => layer >= config.numLayers) ?? [];
  if (beyond.length > 0) {
    const expected = `layers below ${config.numLayers}`;
    throw new ConfigError(
      'invalid-config',
      'LoRA layers',
      [{ field: 'layers', expected, found: JSON.stringify(beyond) }],
      `LoRA layers: expected ${expected}, those of the model, found ${beyond.join(', ')}.`,
    );
  }
  const chosen = maps.filter(
    ({ module }) => patterns.some((target) => matches(module, target)) && isInLayers(module, layers),
  );
  if (chosen.length === 0) throw unknownTargets(patterns, maps);
  return chosen;
}

/** Whether a parameter is in one of the modules named, each by the end of its name. */
export function isInModules(name: string, modules: readonly string[]): boolean {
  const parts = name.split('.');
  return modules.some((module) => parts.some((_, i) => matchesEnd(parts.slice(0, i).join('.'), module)));
}

function matchesEnd(module: string, target: string): boolean {
  const full = `bert.${module}`; // as it is called below a head; also ends in what it is called without
  return module !== '' && (module === target || full.endsWith(`.${target}`) || full === target);
}

function matchesPattern(module: string, pattern: string): boolean {
  if (pattern === 'all-linear') return true;
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`);
  } catch (cause) {
    const found = JSON.stringify(pattern);
    throw new ConfigError(
      'invalid-config',
      'LoRA targets',
      [{ field: 'targets', expected: 'a regular expression', found }],
      `LoRA targets: expected a regular expression, found ${found}. Name several modules in a list.`,
      { cause },
    );
  }
  return expression.test(module) || expression.test(`bert.${module}`);
}

function isInLayers(module: string, layers: readonly number[] | undefined): boolean {
  if (!layers) return true;
  const layer = /^encoder\.layer\.(\d+)\./.exec(module)?.[1];
  return layer !== undefined && layers.includes(Number(layer));
}

function unknownTargets(unknown: readonly string[], maps: readonly LoraTarget[]): ConfigError {
  const there = [...new Set(maps.map(({ module }) => module.replace(/^encoder\.layer\.\d+\./, '')))];
  const found = JSON.stringify(unknown);
  return new ConfigError(
    'invalid-config',
    'LoRA targets',
    [{ field: 'targets', expected: `some of ${there.join(', ')}`, found }],
    `LoRA targets: expected names of affine maps or their ends, found ${unknown.join(', ')}, which match nothing. ` +
      `Each layer has ${there.filter((name) => !name.startsWith('pooler')).join(', ')}` +
      `${there.includes('pooler.dense') ? '; above them is pooler.dense' : ''}.`,
  );
}
