import type { BertInputs } from '@bertune/bert';
import type * as tf from '@tensorflow/tfjs';

/** Tokenized texts with what is to be learnt of each. The caller keeps and disposes every tensor. */
export type SequenceBatch = BertInputs & {
  /**
   * single-label: int32 [B], class indices in [0, C). multi-label: float32 [B, C], 0 or 1.
   * binary: int32 or float32 [B], 0 or 1. regression: float32 [B, C], or [B] when C is 1.
   */
  readonly labels: tf.Tensor;
  /**
   * single-label only, float32 [B, C]: what a teacher says of the texts, to be learnt beside the labels (see
   * `distillationLoss`). Labels may then be -100: nothing but the teacher's word is learnt of such an example.
   */
  readonly teacherLogits?: tf.Tensor2D;
};
