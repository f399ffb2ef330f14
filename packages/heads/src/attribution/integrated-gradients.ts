import type { Bert, BertInputs } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { HeadError } from '../errors.js';
import { gaussLegendre, type Quadrature } from './gauss-legendre.js';

/** What can be explained: a head that gives each text a row of logits or values, whatever they mean. */
export interface AttributableHead {
  /** the encoder, whose word embeddings are the inputs that a score is attributed to */
  readonly bert: Pick<Bert, 'config' | 'parameters'>;
  /** @returns [B, C] float32, without dropout */
  logits(inputs: BertInputs): tf.Tensor2D;
}

/** What is explained, and how closely. */
export interface IntegratedGradientsOptions {
  /**
   * The score of each text that is explained, as weights [C] of its logits: [0, 1] is the logit of class 1, [-1, 1] what
   * speaks for class 1 rather than class 0, [1] the value of a regression.
   */
  readonly scores: readonly (readonly number[])[];
  /** ids that the baseline keeps, those of [CLS] and [SEP]; every other token is [PAD] there */
  readonly keptIds: readonly number[];
  /** points between baseline and text at which the gradient is taken; default 32 */
  readonly steps?: number | undefined;
  /** tokens in a batch of points at most, if a single point has no more; default 2048 */
  readonly batchTokens?: number | undefined;
  /** ends it after the batch under way; the texts that are done are returned */
  readonly signal?: Pick<AbortSignal, 'aborted'> | undefined;
}

/** What each token of a text adds to a score. */
export interface Attribution {
  /** [T]: what a token adds to the score, its embedding's dimensions summed; 0 for padding and for tokens that the baseline keeps */
  readonly tokens: Float32Array;
  /** score of the text */
  readonly score: number;
  /** score of the baseline */
  readonly baselineScore: number;
  /** sum of `tokens` less `score - baselineScore`: what too few steps get wrong, 0 for the integral itself */
  readonly completenessError: number;
}

/** One text and its baseline, as the loop over the points needs them. */
interface Path {
  /** [1, T] each */
  readonly inputs: Pick<BertInputs, 'inputIds' | 'attentionMask' | 'tokenTypeIds'>;
  /** [T, D], vectors of the baseline */
  readonly start: tf.Tensor2D;
  /** [T, D], vectors of the text less those of the baseline */
  readonly difference: tf.Tensor2D;
  /** [1, C] */
  readonly scores: tf.Tensor2D;
}

const WORD_EMBEDDINGS = 'embeddings.word_embeddings.weight';

/**
 * Integrated gradients over the word embeddings: attributes a score to the tokens of a text by integrating its gradient along
 * the straight line from a baseline, the same text with [PAD] for its words, to the text. Positions, token types and mask are
 * those of the text all along. The integral is taken by Gauss-Legendre quadrature, as Captum's `LayerIntegratedGradients`
 * does. Runs a forward and a backward pass of every text `steps` times.
 * @param head a classifier, a regressor, or any other with a row of logits a text; stays the caller's
 * @param inputs texts, [B, T] each; stay the caller's
 * @returns one a text, in their order; fewer when the signal ended it
 * @throws HeadError `invalid-options`; errors of the encoder for wrong inputs
 * @see Sundararajan, Taly and Yan 2017, Axiomatic Attribution for Deep Networks, arXiv:1703.01365
 */
export async function integratedGradients(
  head: AttributableHead,
  inputs: Pick<BertInputs, 'inputIds' | 'attentionMask' | 'tokenTypeIds'>,
  options: IntegratedGradientsOptions,
): Promise<Attribution[]> {
  const { scores, keptIds, steps = 32, batchTokens = 2048, signal } = options;
  const [texts, length] = inputs.inputIds.shape;
  checkOptions({ ...options, steps, batchTokens }, texts);
  const quadrature = gaussLegendre(steps);
  const [ids, mask, types] = await Promise.all(
    [inputs.inputIds, inputs.attentionMask, inputs.tokenTypeIds].map(
      (tensor) => tensor.data() as Promise<Int32Array>,
    ),
  );
  const attributions: Attribution[] = [];
  for (const [row, weights] of scores.entries()) {
    if (signal?.aborted) break;
    const part = (values: Int32Array): Int32Array => values.subarray(row * length, (row + 1) * length);
    const used = Math.max(1, part(mask).lastIndexOf(1) + 1); // padding behind the text costs time and adds nothing
    const path = openPath(head, keptIds, weights, {
      ids: part(ids).subarray(0, used),
      mask: part(mask).subarray(0, used),
      types: part(types).subarray(0, used),
    });
    try {
      const attribution = await alongPath(head, path, quadrature, { batchTokens, signal, length });
      if (attribution) attributions.push(attribution);
    } finally {
      tf.dispose([path.start, path.difference, path.scores]);
      tf.dispose({ ...path.inputs });
    }
  }
  return attributions;
}

/** @throws HeadError `invalid-options` */
function openPath(
  { bert }: AttributableHead,
  keptIds: readonly number[],
  weights: readonly number[],
  text: { readonly ids: Int32Array; readonly mask: Int32Array; readonly types: Int32Array },
): Path {
  const table = bert.parameters.get(WORD_EMBEDDINGS);
  if (!table) {
    throw new HeadError('invalid-options', `integratedGradients: the encoder has no ${WORD_EMBEDDINGS}.`);
  }
  const baselineIds = text.ids.map((id) => (keptIds.includes(id) ? id : bert.config.padTokenId));
  const row = (values: Int32Array): tf.Tensor2D => tf.tensor2d(values, [1, values.length], 'int32');
  const start = tf.tidy(() => tf.gather(table, tf.tensor1d(baselineIds, 'int32'))) as tf.Tensor2D;
  return {
    inputs: { inputIds: row(text.ids), attentionMask: row(text.mask), tokenTypeIds: row(text.types) },
    start,
    difference: tf.tidy(() => tf.sub(tf.gather(table, tf.tensor1d(text.ids, 'int32')) as tf.Tensor2D, start)),
    scores: tf.tensor2d([...weights], [1, weights.length], 'float32'),
  };
}

/** @returns nothing when the signal ended it */
async function alongPath(
  head: AttributableHead,
  path: Path,
  { points, weights }: Quadrature,
  options: {
    readonly batchTokens: number;
    readonly signal: IntegratedGradientsOptions['signal'];
    readonly length: number;
  },
): Promise<Attribution | undefined> {
  const [baselineScore, score] = await ends(head, path);
  const tokens = new Float64Array(options.length);
  const batch = Math.max(1, Math.floor(options.batchTokens / path.start.shape[0]));
  for (let from = 0; from < points.length; from += batch) {
    if (options.signal?.aborted) return undefined;
    const some = {
      points: points.subarray(from, from + batch),
      weights: weights.subarray(from, from + batch),
    };
    const added = tf.tidy(() => partOfIntegral(head, path, some));
    for (const [at, value] of (await added.data()).entries()) tokens[at] += value;
    added.dispose();
  }
  const sum = tokens.reduce((total, value) => total + value, 0);
  return {
    tokens: Float32Array.from(tokens),
    score,
    baselineScore,
    completenessError: sum - (score - baselineScore),
  };
}

/** Scores of baseline and text. */
async function ends(head: AttributableHead, path: Path): Promise<Float32Array> {
  const both = tf.tidy(() => scoresAt(head, path, pointsOf(path, Float64Array.of(0, 1))));
  try {
    return (await both.data()) as Float32Array;
  } finally {
    both.dispose();
  }
}

/** What some of the points add to the attribution of each token: [T]. */
function partOfIntegral(head: AttributableHead, path: Path, { points, weights }: Quadrature): tf.Tensor1D {
  const gradient = tf.grad((vectors) => tf.sum(scoresAt(head, path, vectors as tf.Tensor3D)));
  const slopes = gradient(pointsOf(path, points)) as tf.Tensor3D; // [S, T, D]
  const weighted = tf.mul(slopes, tf.tensor3d([...weights], [weights.length, 1, 1]));
  return tf.sum(tf.mul(tf.sum(weighted, 0), path.difference), 1);
}

/** Vectors at points of the path, 0 being the baseline and 1 the text: [S, T, D]. */
function pointsOf({ start, difference }: Path, points: Float64Array): tf.Tensor3D {
  return tf.add(start, tf.mul(difference, tf.tensor3d([...points], [points.length, 1, 1])));
}

/** @param vectors [S, T, D] @returns [S] */
function scoresAt(head: AttributableHead, { inputs, scores }: Path, vectors: tf.Tensor3D): tf.Tensor1D {
  const each = (tensor: tf.Tensor2D): tf.Tensor2D => tf.tile(tensor, [vectors.shape[0], 1]);
  const logits = head.logits({
    inputIds: each(inputs.inputIds),
    attentionMask: each(inputs.attentionMask),
    tokenTypeIds: each(inputs.tokenTypeIds),
    inputsEmbeds: vectors,
  });
  if (logits.shape[1] !== scores.shape[1]) {
    throw new HeadError(
      'invalid-options',
      `integratedGradients: scores: expected ${logits.shape[1]} weights a text, one for each logit, found ${scores.shape[1]}.`,
    );
  }
  return tf.sum(tf.mul(logits, scores), 1);
}

/** @throws HeadError `invalid-options`, naming every problem */
function checkOptions(options: IntegratedGradientsOptions, texts: number): void {
  const problems: string[] = [];
  for (const name of ['steps', 'batchTokens'] as const) {
    const value = options[name] ?? 1;
    if (!(Number.isInteger(value) && value >= 1)) {
      problems.push(`${name}: expected an integer of at least 1, found ${value}`);
    }
  }
  const { scores } = options;
  if (scores.length !== texts) {
    problems.push(`scores: expected ${texts}, one for each text, found ${scores.length}`);
  }
  if (!scores.flat().every(Number.isFinite)) problems.push('scores: expected finite weights');
  if (problems.length > 0) {
    throw new HeadError('invalid-options', `integratedGradients: ${problems.join('; ')}.`);
  }
}
