import { Bert, createBertConfig } from '@bertune/bert';
import { type PreTrainingBatch, PreTrainingModel } from '@bertune/heads';
import * as tf from '@tensorflow/tfjs';

import { maskedPerText, type Shape } from '../shape.js';
import { randomBatch } from './random-batch.js';
import type { PretrainStepRequest, TrainStepTiming } from './requests.js';
import { timeSteps } from './time-steps.js';

/** Times steps of masked language model and next sentence prediction at once, vocabulary scores at masked places only. */
export async function timePretrainSteps(request: PretrainStepRequest): Promise<TrainStepTiming> {
  const { shape } = request;
  const config = createBertConfig({
    vocabSize: shape.vocab,
    hiddenSize: shape.hidden,
    numLayers: shape.layers,
    numHeads: shape.heads,
  });
  return timeSteps<PreTrainingBatch>(
    request,
    () => PreTrainingModel.fromEncoder(Bert.fromConfig(config, { seed: 0 }), { seed: 0 }),
    () => maskedBatch(shape),
  );
}

/** A full batch of random ids, the same share of which is to be predicted in each text. */
function maskedBatch(shape: Shape): PreTrainingBatch {
  const { labels, ...inputs } = randomBatch(shape);
  const { batch, length } = shape;
  const masked = maskedPerText(shape);
  const each = Math.floor(length / masked);
  const ids = inputs.inputIds.dataSync();
  const places = Int32Array.from({ length: batch * masked }, (_, index) => (index % masked) * each);
  const targets = places.map((place, index) => ids[Math.floor(index / masked) * length + place]);
  return {
    ...inputs,
    maskedPositions: tf.tensor2d(places, [batch, masked], 'int32'),
    maskedLabels: tf.tensor2d(targets, [batch, masked], 'int32'),
    nextSentenceLabels: labels as tf.Tensor1D,
  };
}
