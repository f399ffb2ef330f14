import type * as tf from '@tensorflow/tfjs';

import { Bert } from '../bert.js';
import { BertError } from '../errors.js';
import { createVariable } from '../parameters.js';
import { uniform } from '../random-init.js';
import { createLoraConfig, type LoraOptions } from './lora-config.js';
import { isLoraParameter, LORA_A, LORA_B, loraTargets } from './lora-targets.js';

/** How an encoder is adapted. */
export interface AddLoraOptions extends LoraOptions {
  /** seed of the initial A, an integer in [0, 2^32); default 0 */
  readonly seed?: number | undefined;
}

/**
 * Adds low-rank adaptation (LoRA, arXiv:2106.09685) to an encoder: each target's weight W [I, O] becomes a constant, and
 * `scale * A B` is added to it, A [I, R] and B [R, O] being parameters of their own, `….lora_A.weight` and
 * `….lora_B.weight`. A starts uniform in ±1/sqrt(I), as PEFT's does, B at zero, so nothing changes at first.
 *
 * A, B and what else the options say are `trainable` from then on, all other variables of the encoder are not: optimisers
 * hold state for what is trained alone.
 * @param bert taken over: its variables belong to the encoder that is returned
 * @throws ConfigError `invalid-config`, listing the maps there are when a target matches none; BertError `already-adapted`
 */
export function addLora(bert: Bert, { seed = 0, ...options }: AddLoraOptions = {}): Bert {
  if (bert.lora) {
    throw new BertError(
      'already-adapted',
      'addLora: the encoder has LoRA already. Merge it with mergeLora first, or load the encoder anew.',
    );
  }
  const lora = createLoraConfig(options);
  const { config, parameters, extra, recompute, hasPooler } = bert;
  const added = new Map<string, tf.Variable>();
  for (const { module, input, output } of loraTargets(config, lora, hasPooler)) {
    const name = `${module}.${LORA_A}`;
    const values = uniform(input * lora.rank, 1 / Math.sqrt(input), seed, name);
    added.set(name, createVariable(values, [input, lora.rank]));
    const zeros = new Float32Array(lora.rank * output);
    added.set(`${module}.${LORA_B}`, createVariable(zeros, [lora.rank, output]));
  }
  return new Bert(config, new Map([...parameters, ...added]), extra, { recompute, lora });
}

/**
 * Merges the changes of an encoder into its weights and gives the same encoder without LoRA, which computes as fast as
 * before it was adapted, and whose weights are all trainable. `unmergeLora` puts the weights of both back, to the last bit.
 * @param bert has LoRA; keeps its parameters, which the encoder that is returned shares: dispose of one of them
 * @throws BertError `not-adapted`
 */
export function mergeLora(bert: Bert): Bert {
  const { config, parameters, extra, recompute } = bert;
  loraOf(bert, 'mergeLora').merge();
  const own = new Map([...parameters].filter(([name]) => !isLoraParameter(name)));
  return new Bert(config, own, extra, { recompute });
}

/** Undoes `mergeLora`. @param bert the encoder that was merged; one that is not merged stays as it is @throws BertError `not-adapted` */
export function unmergeLora(bert: Bert): void {
  loraOf(bert, 'unmergeLora').unmerge();
}

function loraOf({ lora }: Bert, where: string): NonNullable<Bert['lora']> {
  if (lora) return lora;
  throw new BertError(
    'not-adapted',
    `${where}: expected an encoder with LoRA, found one without. See addLora.`,
  );
}
