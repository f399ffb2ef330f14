import { type Bert, type BertInputs, type SavePretrainedOptions, type TrainingRun } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { definedOnly } from '../defined-only.js';
import { HeadError } from '../errors.js';
import { checkLabelTensor, readLabels } from '../label-checks.js';
import { softmaxCrossEntropy } from '../losses/softmax-cross-entropy.js';
import { regressionLoss } from '../losses/regression.js';
import { type HeadLayout, loadHead, type LoadHeadOptions, openPretrained, saveHead } from '../pretrained.js';
import { TaskHead } from '../task-head.js';
import { normalizeRows, pool, type Pooling } from './pooling.js';
import { readSentenceEncoderFiles, writeSentenceEncoderFiles } from './sentence-encoder-files.js';

/**
 * What embeddings of pairs are trained for. `cosine-similarity`: that of each pair is its score, by the mean squared
 * error. `in-batch-negatives`: of all second texts of the batch, the pair's own is the nearest to the first, by the
 * cross-entropy of the similarities (multiple negatives ranking, arXiv:1705.00652).
 */
export type SentencePairLoss = 'cosine-similarity' | 'in-batch-negatives';

/** How texts become vectors, and what these are trained for. */
export interface SentenceEncoderOptions {
  /** default `mean` */
  readonly pooling?: Pooling | undefined;
  /** whether vectors have length 1; default true */
  readonly normalize?: boolean | undefined;
  /** tokens of a text at most; for whoever tokenizes, and kept in the files */
  readonly maxLength?: number | undefined;
  /** default `cosine-similarity` */
  readonly loss?: SentencePairLoss | undefined;
  /** what similarities are multiplied with under `in-batch-negatives`; default 20 */
  readonly scale?: number | undefined;
}

/** Pairs of texts, each tokenized on its own. The caller keeps and disposes every tensor. */
export type SentencePairs = {
  /** [B, 2, T] int32, each in [0, V) */
  readonly inputIds: tf.Tensor3D;
  /** [B, 2, T] int32: 1 for tokens, 0 for padding */
  readonly attentionMask: tf.Tensor3D;
  /** [B, 2, T] int32: 0 */
  readonly tokenTypeIds: tf.Tensor3D;
};

/** The same with what their similarity is. */
export type SentencePairBatch = SentencePairs & {
  /** [B] float32, in [-1, 1]; not there for `in-batch-negatives` */
  readonly scores?: tf.Tensor1D | undefined;
};

/** Nothing above the encoder. */
const LAYOUT: HeadLayout = { architecture: 'BertModel', pooler: false, parameters: new Map() };

/**
 * Sentence embeddings: one vector a text, pooled from the hidden states, such that like texts have like vectors. Has no
 * parameters but the encoder's. Reads and writes folders of `sentence-transformers`. Has the shape `@bertune/train` asks
 * of a trainable model, on pairs of texts.
 */
export class SentenceEncoder extends TaskHead {
  /** how hidden states become one vector */
  readonly pooling: Pooling;
  /** whether vectors have length 1 */
  readonly normalize: boolean;
  /** tokens of a text at most, where the folder or the caller says so */
  readonly maxLength: number | undefined;
  private readonly lossKind: SentencePairLoss;
  private readonly scale: number;

  /**
   * @param bert encoder, with or without pooler; taken over
   * @throws HeadError `invalid-options`
   */
  constructor(bert: Bert, options: SentenceEncoderOptions = {}) {
    super(bert, new Map(), { pooler: false });
    checkOptions(options);
    this.pooling = options.pooling ?? 'mean';
    this.normalize = options.normalize ?? true;
    this.maxLength = options.maxLength;
    this.lossKind = options.loss ?? 'cosine-similarity';
    this.scale = options.scale ?? 20;
  }

  /**
   * Embeddings on an encoder.
   * @throws HeadError `invalid-options`
   */
  static fromEncoder(bert: Bert, options: SentenceEncoderOptions = {}): SentenceEncoder {
    checkOptions(options);
    return new SentenceEncoder(bert, options);
  }

  /**
   * Loads a folder of `sentence-transformers` with its pooling, or any encoder in Hugging Face's layout.
   * @param options override what the folder says
   * @throws ConfigError, CheckpointError; HeadError `wrong-task` for modules there are none of here, `invalid-options`
   */
  static async fromPretrained(
    source: string,
    options: SentenceEncoderOptions & LoadHeadOptions = {},
  ): Promise<SentenceEncoder> {
    checkOptions(options);
    const { directory, pretrained } = await openPretrained(source, options);
    const stored = await readSentenceEncoderFiles(directory);
    const { bert } = await loadHead(directory, pretrained, LAYOUT, options);
    return new SentenceEncoder(bert, { ...stored, ...definedOnly(options) });
  }

  /**
   * Saves the encoder as a folder that `sentence-transformers` opens, and `transformers` as `BertModel` without pooler.
   * @throws CheckpointError `write-failed`, `value-out-of-range`, `not-supported`
   */
  async savePretrained(directory: string, options: SavePretrainedOptions = {}): Promise<void> {
    const { config } = this.bert;
    await saveHead(directory, this, LAYOUT, {}, options);
    await writeSentenceEncoderFiles(directory, config.hiddenSize, this);
  }

  /**
   * Vectors of texts, without dropout unless a training step is given.
   * @returns [B, D] float32; caller disposes
   */
  embed(inputs: BertInputs, run?: TrainingRun): tf.Tensor2D {
    return tf.tidy(() => {
      const { lastHiddenState } = this.bert.encode(inputs, { run });
      const vectors = pool(this.pooling, lastHiddenState, inputs.attentionMask);
      return this.normalize ? normalizeRows(vectors) : vectors;
    });
  }

  /**
   * Loss of pairs, the mean over the batch. With `in-batch-negatives` it depends on which pairs share a batch, and
   * gradient accumulation is not the same as a larger batch.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns scalar float32, differentiable; caller disposes
   */
  loss(batch: SentencePairBatch, run?: TrainingRun): tf.Scalar {
    this.checkScores(batch);
    return tf.tidy(() => this.lossOfVectors(this.unitVectors(batch, run), batch));
  }

  /**
   * Loss and similarities without dropout, from one run of the encoder.
   * @returns loss: scalar float32; predictions: as `predict`; the caller disposes both
   */
  lossAndPredictions(batch: SentencePairBatch): { loss: tf.Scalar; predictions: tf.Tensor2D } {
    this.checkScores(batch);
    return tf.tidy(() => {
      const vectors = this.unitVectors(batch);
      return { loss: this.lossOfVectors(vectors, batch), predictions: similarities(vectors) };
    });
  }

  /**
   * What the loss of a batch is divided by: its pairs. Reads the scores and checks them.
   * @throws HeadError `invalid-labels`
   */
  lossWeight(batch: SentencePairBatch): number {
    this.checkScores(batch);
    if (batch.scores) {
      readLabels('scores', batch.scores, 'numbers from -1 to 1', (score) => score >= -1 && score <= 1);
    }
    return batch.inputIds.shape[0];
  }

  /**
   * Cosine similarity of each pair, without dropout.
   * @returns [B, 1] float32, in [-1, 1]; caller disposes
   */
  predict(pairs: SentencePairs): tf.Tensor2D {
    return tf.tidy(() => similarities(this.unitVectors(pairs)));
  }

  /**
   * What predictions are compared with: the scores, or 1 for pairs that belong together.
   * @returns [B] float32: the batch's own tensor, or a new one that the caller disposes
   */
  labels({ scores, inputIds }: SentencePairBatch): tf.Tensor {
    return scores ?? tf.ones([inputIds.shape[0]]);
  }

  /** Vectors of length 1 of the first and the second texts, [B, D] each. */
  private unitVectors(pairs: SentencePairs, run?: TrainingRun): [tf.Tensor2D, tf.Tensor2D] {
    const vectors = this.embed(asTexts(pairs), run); // [B * 2, D]
    const unit = this.normalize ? vectors : normalizeRows(vectors);
    const [rows, width] = unit.shape;
    const both: tf.Tensor3D = tf.reshape(unit, [rows / 2, 2, width]);
    const side = (at: number): tf.Tensor2D =>
      tf.reshape(tf.slice(both, [0, at, 0], [rows / 2, 1, width]), [rows / 2, width]);
    return [side(0), side(1)];
  }

  private lossOfVectors([first, second]: [tf.Tensor2D, tf.Tensor2D], batch: SentencePairBatch): tf.Scalar {
    const [pairs] = first.shape;
    if (this.lossKind === 'in-batch-negatives') {
      const logits = tf.mul(tf.matMul(first, tf.transpose(second)), this.scale) as tf.Tensor2D; // [B, B]
      return softmaxCrossEntropy(logits, tf.range(0, pairs, 1, 'int32'));
    }
    const scores: tf.Tensor2D = tf.reshape(batch.scores as tf.Tensor1D, [pairs, 1]);
    return regressionLoss(similarities([first, second]), scores, 'mean-squared-error');
  }

  private checkScores({ scores, inputIds }: SentencePairBatch): void {
    if (this.lossKind === 'cosine-similarity') {
      checkLabelTensor('scores', scores, [inputIds.shape[0]], 'float32');
    } else if (scores) {
      throw new HeadError(
        'invalid-labels',
        'scores: expected none for in-batch-negatives, whose pairs all belong together, found some. ' +
          'Use the loss cosine-similarity, or leave them out.',
      );
    }
  }
}

/** [B, D] and [B, D] -> [B, 1] */
function similarities([first, second]: [tf.Tensor2D, tf.Tensor2D]): tf.Tensor2D {
  return tf.sum(tf.mul(first, second), 1, true);
}

/** [B, 2, T] -> [B * 2, T]. @throws HeadError `invalid-inputs` */
function asTexts({ inputIds, attentionMask, tokenTypeIds }: SentencePairs): BertInputs {
  const { shape } = inputIds as tf.Tensor;
  if (shape.length !== 3 || shape[1] !== 2) {
    throw new HeadError(
      'invalid-inputs',
      `inputIds: expected [B, 2, T], the two texts of each pair, found [${shape.join(', ')}].`,
    );
  }
  const rows = (tensor: tf.Tensor3D): tf.Tensor2D => tf.reshape(tensor, [-1, shape[2]]);
  return { inputIds: rows(inputIds), attentionMask: rows(attentionMask), tokenTypeIds: rows(tokenTypeIds) };
}

const POOLINGS: readonly string[] = ['cls', 'mean', 'max', 'mean-sqrt-length'] satisfies Pooling[];
const LOSSES: readonly string[] = ['cosine-similarity', 'in-batch-negatives'] satisfies SentencePairLoss[];

function checkOptions({
  pooling = 'mean',
  loss = 'cosine-similarity',
  scale = 1,
  maxLength = 1,
}: SentenceEncoderOptions): void {
  const problems: string[] = [];
  if (!POOLINGS.includes(pooling))
    problems.push(`pooling: expected one of ${POOLINGS.join(', ')}, found ${pooling}`);
  if (!LOSSES.includes(loss)) problems.push(`loss: expected one of ${LOSSES.join(', ')}, found ${loss}`);
  if (!(scale > 0 && Number.isFinite(scale)))
    problems.push(`scale: expected a positive number, found ${scale}`);
  if (!(Number.isInteger(maxLength) && maxLength >= 1)) {
    problems.push(`maxLength: expected an integer of at least 1, found ${maxLength}`);
  }
  if (problems.length > 0) throw new HeadError('invalid-options', `SentenceEncoder: ${problems.join('; ')}.`);
}
