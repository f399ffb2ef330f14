import { readFileSync } from 'node:fs';

import { Bert, createBertConfig } from '@bertune/bert';
import { BertTokenizer, trainVocabulary } from '@bertune/tokenizer';
import * as tf from '@tensorflow/tfjs';
import { parse } from 'csv-parse/sync';

import type { MakeModelRequest } from './requests.js';

const VOCABULARY = 4000;
const SEED = 42;

/** Makes the model that both sides of `finetune` start from when none is given; its weights are random. */
export async function makeModel(request: MakeModelRequest): Promise<{ readonly vocabulary: number }> {
  await tf.setBackend('cpu');
  const rows: Record<string, string>[] = parse(readFileSync(request.texts), { columns: true, bom: true });
  const texts = rows.map(({ text }) => text);
  const vocabulary = trainVocabulary(texts, { size: VOCABULARY });
  const tokenizer = new BertTokenizer(vocabulary, { modelMaxLength: request.length });
  const config = createBertConfig({
    vocabSize: tokenizer.vocabularySize,
    hiddenSize: request.hidden,
    numLayers: request.layers,
    numHeads: Math.max(1, request.hidden / 64),
    maxPosition: Math.max(request.length, 128),
    padTokenId: tokenizer.padTokenId,
  });
  const bert = Bert.fromConfig(config, { seed: SEED });
  await bert.savePretrained(request.directory);
  await tokenizer.savePretrained(request.directory);
  bert.dispose();
  return { vocabulary: vocabulary.length };
}
