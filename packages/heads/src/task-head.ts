import type { Bert, Linear } from '@bertune/bert';
import type * as tf from '@tensorflow/tfjs';

import { HeadError } from './errors.js';

/** @throws HeadError `no-pooler` */
export function requirePooler(bert: Bert): void {
  if (bert.hasPooler) return;
  throw new HeadError(
    'no-pooler',
    'The encoder has no pooler, whose output this head reads. ' +
      "Load it with `allowMissing: ['pooler']` to start with a fresh pooler.",
  );
}

/** What all heads share: an encoder and parameters of their own above it. Owns both. */
export abstract class TaskHead {
  /**
   * Every parameter by Hugging Face name: the encoder's, without the pooler where the head does not read it, then the
   * head's own.
   */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  private readonly own: ReadonlyMap<string, tf.Variable>;

  protected constructor(
    /** the encoder under the head */
    readonly bert: Bert,
    own: ReadonlyMap<string, tf.Variable>,
    { pooler }: { readonly pooler: boolean },
  ) {
    if (pooler) requirePooler(bert);
    const encoder = [...bert.parameters].filter(([name]) => pooler || !name.startsWith('pooler.'));
    this.own = own;
    this.parameters = new Map([...encoder, ...own]);
  }

  /** Frees every parameter, the encoder's too. */
  dispose(): void {
    this.bert.dispose();
    for (const parameter of this.own.values()) if (!parameter.isDisposed) parameter.dispose();
  }

  /** Weight and bias of one of the head's layers: an affine map's, or a layer normalisation's. */
  protected layer(name: string): Linear {
    return {
      weight: this.parameters.get(`${name}.weight`) as tf.Variable<tf.Rank.R2>,
      bias: this.parameters.get(`${name}.bias`) as tf.Variable<tf.Rank.R1>,
    };
  }
}
