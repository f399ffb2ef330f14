import { Bert, createBertConfig } from '@bertune/bert';
import { SequenceClassifier } from '@bertune/heads';

import type { Shape } from '../shape.js';

const MOST_TOKENS = 512;

/** A classifier of two classes with random weights. The caller disposes it. */
export function makeClassifier(shape: Shape, { recompute = false } = {}): SequenceClassifier {
  const config = createBertConfig({
    vocabSize: shape.vocab,
    hiddenSize: shape.hidden,
    numLayers: shape.layers,
    numHeads: shape.heads,
    maxPosition: Math.max(MOST_TOKENS, shape.length),
  });
  const options = { seed: 0, recompute };
  return SequenceClassifier.fromEncoder(Bert.fromConfig(config, options), { labels: ['0', '1'], seed: 0 });
}
