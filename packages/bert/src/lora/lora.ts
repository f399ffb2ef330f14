import * as tf from '@tensorflow/tfjs';

import { BertError } from '../errors.js';
import type { LowRank } from '../ops/adapted-linear.js';
import { isEncoderParameter } from '../weight-names.js';
import { type LoraConfig, loraScale } from './lora-config.js';
import { isInModules, isLoraParameter, LORA_A, LORA_B } from './lora-targets.js';

type Parameters = ReadonlyMap<string, tf.Variable>;

/** What a map was before its change was merged. */
interface Former {
  readonly weight: tf.Tensor;
  readonly b: tf.Tensor;
}

/** Low-rank adaptation of an encoder: what is trained, and the way into the weights and out again. */
export class Lora {
  /** names of the adapted maps, such as `encoder.layer.0.attention.self.query` */
  readonly modules: readonly string[];
  private readonly former = new Map<string, Former>();

  /** @param parameters those of the encoder, which stay the encoder's; `trainable` of each becomes what `trains` says */
  constructor(
    readonly config: LoraConfig,
    private readonly parameters: Parameters,
  ) {
    const end = `.${LORA_A}`;
    this.modules = [...parameters.keys()]
      .filter((name) => name.endsWith(end))
      .map((name) => name.slice(0, -end.length));
    this.setTrainable((name) => this.trains(name));
  }

  /** Whether the changes are in the weights now. */
  get isMerged(): boolean {
    return this.former.size > 0;
  }

  /**
   * Whether a parameter is trained: A and B, the modules to save, biases as configured, and everything above the encoder.
   * `trainable` of `@bertune/train`.
   */
  trains(name: string): boolean {
    const { bias, modulesToSave } = this.config;
    if (isLoraParameter(name) || !isEncoderParameter(name) || isInModules(name, modulesToSave)) return true;
    if (!name.endsWith('.bias')) return false;
    return bias === 'all' || (bias === 'lora_only' && this.modules.includes(name.slice(0, -'.bias'.length)));
  }

  /** The change of a map; undefined where it has none. Tensors are the parameters. */
  changeOf(module: string): LowRank | undefined {
    const a = this.parameters.get(`${module}.${LORA_A}`);
    const b = this.parameters.get(`${module}.${LORA_B}`);
    if (!a || !b) return undefined;
    return {
      a: a as tf.Tensor as tf.Tensor2D,
      b: b as tf.Tensor as tf.Tensor2D,
      scale: loraScale(this.config),
      dropout: this.config.dropout,
      site: `${module}.lora_dropout`,
    };
  }

  /**
   * Adds the changes to the weights; B becomes zero, so that the encoder computes what it did, whatever has been compiled of
   * it. What was there is kept: `unmerge` puts it back to the last bit.
   */
  merge(): void {
    if (this.isMerged) return;
    for (const module of this.modules) {
      const weight = this.take(`${module}.weight`);
      const b = this.take(`${module}.${LORA_B}`);
      const former = { weight: keptCopy(weight), b: keptCopy(b) };
      tf.tidy(() => {
        weight.assign(this.effective(module, weight));
        b.assign(tf.zerosLike(b));
      });
      this.former.set(module, former);
    }
    this.setTrainable(() => true);
  }

  /** Undoes `merge`, to the last bit. */
  unmerge(): void {
    if (!this.isMerged) return;
    this.setTrainable((name) => this.trains(name));
    for (const [module, { weight, b }] of this.former) {
      this.take(`${module}.weight`).assign(weight);
      this.take(`${module}.${LORA_B}`).assign(b);
    }
    this.dispose();
  }

  /** Weight and change together, [I, O]; caller disposes. */
  effective(module: string, weight: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const change = this.changeOf(module);
      if (!change) return tf.clone(weight);
      return tf.add(weight, tf.mul(tf.matMul(change.a, change.b), change.scale));
    });
  }

  /** Value of a parameter as it is unmerged: what is trained, and what it is added to. Stays this object's or the encoder's. */
  unmerged(name: string, variable: tf.Tensor): tf.Tensor {
    for (const [module, { weight, b }] of this.former) {
      if (name === `${module}.weight`) return weight;
      if (name === `${module}.${LORA_B}`) return b;
    }
    return variable;
  }

  /** Frees what `merge` has kept. */
  dispose(): void {
    for (const { weight, b } of this.former.values()) tf.dispose([weight, b]);
    this.former.clear();
  }

  private setTrainable(isTrained: (name: string) => boolean): void {
    for (const [name, variable] of this.parameters) variable.trainable = isTrained(name);
  }

  private take(name: string): tf.Variable {
    const variable = this.parameters.get(name);
    if (variable) return variable;
    throw new BertError(
      'missing-parameter',
      `LoRA: expected ${name} among the parameters, found no such name.`,
    );
  }
}

function keptCopy(variable: tf.Variable): tf.Tensor {
  return tf.keep(tf.clone(variable as tf.Tensor));
}
